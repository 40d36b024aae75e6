// A call that reaches a server on another machine than the one that has the experiment. Servers
// tell machines apart by the kernel's name for the current boot, which a mount can replace.

#include <httplib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "controller/operators/free_port.h"
#include "server/identity/peer_tokens.h"
#include "server/public_address.h"
#include "tests/support/postgres_server.h"
#include "tests/support/sharing_server.h"

namespace qalam {
namespace {

std::string TokenOf(const TemporaryDirectory& folder, const std::string& name) {
  const std::string file = folder.File(name + ".token");
  REQUIRE(WriteFileAtomically(file, "the-token-of-" + name + "\n", false).ok());
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  return file;
}

// Not everywhere, not even as root.
bool CanMountBootId() {
  ChildProcess attempt({"/usr/bin/unshare", "--mount", "mount", "--bind", "/proc/version",
                        "/proc/sys/kernel/random/boot_id"},
                       {});
  return attempt.Wait() == 0;
}

}  // namespace

TEST_CASE("A call is passed on to another machine, whoever makes it and however it came",
          "[server]") {
  if (!CanMountBootId()) {
    WARN("skipped: nobody can be on another machine here");
    return;
  }
  const TemporaryDirectory folder;
  const std::string database = PostgresServer::Shared().NewDatabase();
  const auto port = ChooseFreePort();
  REQUIRE(port.ok());
  const std::string reached = fmt::format("127.0.0.1:{}", *port);
  SharingServer holder(database, folder, "holder",
                       {{"--listen", reached, "--advertise", reached, "--http", "127.0.0.1:0",
                         "--token-file", TokenOf(folder, "holder")},
                        "00000000-0000-4000-8000-000000000001"});
  // This one has no token in common with the holder.
  SharingServer other(database, folder, "other",
                      {{"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--token-file",
                        TokenOf(folder, "other")},
                       "00000000-0000-4000-8000-000000000002"});
  httplib::Client at_holder(holder.Said("web UI ")), at_other(other.Said("web UI "));
  at_holder.set_bearer_token_auth("the-token-of-holder");
  at_other.set_bearer_token_auth("the-token-of-other");
  at_other.set_read_timeout(60);
  const nlohmann::json document = {{"document", R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: far}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  trialRunner: Client
  maxTrialCount: 9
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
)"}};
  const auto created = at_holder.Post("/api/v1/experiments", document.dump(), "application/json");
  REQUIRE(created);
  INFO(created->body);
  REQUIRE(created->status == 201);

  const auto added = at_other.Post("/api/v1/experiments/default/far/trials",
                                   R"({"parameters": {"x": 0.5}})", "application/json");
  REQUIRE(added);
  INFO(added->body);
  CHECK(added->status == 201);

  const auto ask = [&](const std::string& token) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::AskTrialsRequest request;
    request.mutable_experiment()->set_name("far");
    request.set_worker("ada");
    v1::AskTrialsReply reply;
    return other.stub().AskTrials(&context, request, &reply);
  };
  const auto asked = ask("the-token-of-other");
  CHECK(asked.error_message() == "");
  CHECK(asked.ok());
  // The holder's token is none of the server that is called, and is not passed on.
  CHECK(ask("the-token-of-holder").error_code() == grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE("A server's token for others is good for a minute, and for its database alone",
          "[server]") {
  const Time now = absl::FromUnixSeconds(1'700'000'000);
  const std::string token = MakePeerToken("key", now);
  REQUIRE(IsPeerToken(token));
  const auto identity = IdentifyPeer("key", token, now);
  REQUIRE(identity.ok());
  CHECK(*Has(**identity, Role::kAdmin, kEveryNamespace));
  CHECK(IdentifyPeer("key", token, now + kPeerTokenLife - absl::Seconds(1)).ok());
  // Of a machine whose clock is ahead of this one's.
  CHECK(IdentifyPeer("key", token, now - kPeerTokenLife + absl::Seconds(1)).ok());
  const auto wrong = GENERATE_COPY(
      std::tuple("key", token, now + kPeerTokenLife), std::tuple("another key", token, now),
      std::tuple("key", MakePeerToken("key", now + absl::Hours(1)), now),
      std::tuple("key", std::string("qalam-peer_"), now),
      std::tuple("key", std::string("qalam-peer_1700000060_"), now),
      std::tuple("key", "qalam-peer_1" + token.substr(std::string("qalam-peer_").size()), now));
  const auto refused = IdentifyPeer(std::get<0>(wrong), std::get<1>(wrong), std::get<2>(wrong));
  CHECK(refused.status().code() == StatusCode::kUnauthenticated);
}

TEST_CASE("A server is reached at its first address beyond this machine", "[server]") {
  CHECK(PublicAddress({}).empty());
  CHECK(PublicAddress({"127.0.0.1:6789", "unix:/run/qalam.sock", "[::1]:80"}).empty());
  CHECK(PublicAddress({"127.0.0.1:6789", "10.0.0.7:80", "10.0.0.8:80"}) == "10.0.0.7:80");
  // What the kernel chooses is not known when the server joins the others.
  CHECK(PublicAddress({"10.0.0.7:0", "10.0.0.8:80"}) == "10.0.0.8:80");
  // Nobody can connect to a wildcard.
  const std::string any = PublicAddress({GENERATE("0.0.0.0:6789", "[::]:6789")});
  if (!any.empty()) {  // where this machine has a network
    CHECK(any.ends_with(":6789"));
    CHECK(!any.starts_with("0.0.0.0"));
    CHECK(!any.starts_with("[::]"));
    CHECK(!any.starts_with("127."));
  }
}

}  // namespace qalam
