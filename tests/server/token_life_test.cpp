// Tokens in use: revoked while streams are open, trials' own, counted, and written down.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/event_client.h"
#include "tests/support/guarded_server.h"

namespace qalam {
namespace {

using Json = nlohmann::ordered_json;

httplib::Headers WithToken(const std::string& secret) {
  return {{"Authorization", "Bearer " + secret}};
}

std::vector<v1::AuditEntry> AuditOf(GuardedServer& server, const std::string& name_space = "") {
  v1::ListAuditRequest request;
  request.set_namespace_(name_space);
  v1::ListAuditReply reply;
  grpc::ClientContext context;
  REQUIRE(server.access().ListAudit(&context, request, &reply).ok());
  return {reply.entries().begin(), reply.entries().end()};
}

// The first trial of the experiment, once there is one.
v1::Trial WaitForTrial(GuardedServer& server, const std::string& name_space,
                       const std::string& experiment,
                       const std::function<bool(const v1::Trial&)>& is_it) {
  const Time deadline = absl::Now() + absl::Seconds(60);
  while (true) {
    v1::ListTrialsRequest request;
    request.mutable_experiment()->set_namespace_(name_space);
    request.mutable_experiment()->set_name(experiment);
    v1::ListTrialsReply reply;
    grpc::ClientContext context;
    REQUIRE(server.admin().ListTrials(&context, request, &reply).ok());
    if (reply.trials_size() > 0 && is_it(reply.trials(0))) return reply.trials(0);
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

bool HasEnded(const v1::Trial& trial) { return trial.state() > v1::TRIAL_RUNNING; }

grpc::Status ReportAs(GuardedServer& server, const std::string& secret, const v1::Trial& trial) {
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ReportMetricsRequest request;
  auto* points = request.add_trials();
  points->mutable_trial()->set_namespace_(trial.namespace_());
  points->mutable_trial()->set_name(trial.name());
  auto* point = points->add_points();
  point->set_metric("loss");
  point->set_value(0.5);
  point->set_step(-1);
  v1::ReportMetricsReply reply;
  grpc::ClientContext context;
  GuardedServer::Show(context, secret);
  return stub->ReportMetrics(&context, request, &reply);
}

// Asks for a trial of team/tune, with a lease of `seconds`.
grpc::Status AskAs(GuardedServer& server, const std::string& secret, double seconds,
                   v1::AskTrialsReply& reply) {
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::AskTrialsRequest request;
  request.mutable_experiment()->set_namespace_("team");
  request.mutable_experiment()->set_name("tune");
  request.set_wait_seconds(30);
  request.set_lease_seconds(seconds);
  grpc::ClientContext context;
  GuardedServer::Show(context, secret);
  return stub->AskTrials(&context, request, &reply);
}

// The cookie of a new session.
httplib::Headers OpenSession(httplib::Client& client, const std::string& token) {
  const auto in = client.Post("/api/v1/session", Json{{"token", token}}.dump(), "application/json");
  REQUIRE(in->status == 204);
  const auto text = in->get_header_value("Set-Cookie");
  return {{"Cookie", text.substr(0, text.find(';'))}};
}

}  // namespace

TEST_CASE("Who waits for a trial gets none once its token is revoked", "[tokens]") {
  GuardedServer server;
  server.Submit("team", "tune");
  const std::string staying = server.Secret("editor", {"team"});
  const auto leaving = server.MakeToken("editor", {"team"});
  v1::AskTrialsReply first, second, third;
  // Nobody says that it goes on: it is given to the next when the lease ends.
  REQUIRE(AskAs(server, staying, 3, first).ok());
  REQUIRE(first.trials_size() == 1);
  grpc::Status refused;
  std::thread waiting([&] { refused = AskAs(server, leaving.secret(), 1, second); });
  // Not before it waits; a token that is revoked earlier is refused at once, which others test.
  absl::SleepFor(absl::Milliseconds(500));
  server.Revoke(leaving.token().id());
  waiting.join();
  CHECK(refused.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(refused.error_message().find("was revoked") != std::string::npos);
  // The trial is not lost.
  CHECK(AskAs(server, staying, 60, third).ok());
  REQUIRE(third.trials_size() == 1);
  CHECK(third.trials(0).name() == first.trials(0).name());
}

TEST_CASE("Streams that are open end within a second of their token's revocation", "[tokens]") {
  GuardedServer server;
  server.Submit("team", "watched");
  const auto token = server.MakeToken("viewer", {"team"});
  const std::string kept = server.Secret("viewer", {"team"});
  EventClient leaving(server.port(), "topics=experiments", WithToken(token.secret()));
  EventClient staying(server.port(), "topics=experiments", WithToken(kept));
  REQUIRE(leaving.WaitForId());
  REQUIRE(staying.WaitForId());
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  grpc::ClientContext context;
  GuardedServer::Show(context, token.secret());
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_namespace_("team");
  request.mutable_experiment()->set_name("watched");
  const auto watch = stub->WatchExperiment(&context, request);
  v1::Experiment experiment;
  REQUIRE(watch->Read(&experiment));

  const Time begin = absl::Now();
  server.Revoke(token.token().id());
  while (watch->Read(&experiment)) {
  }
  CHECK(watch->Finish().error_code() == grpc::StatusCode::UNAUTHENTICATED);
  // Half a second by design; the rest is for a machine with much to do.
  CHECK(absl::Now() - begin < absl::Seconds(2));
  CHECK_FALSE(leaving.Next([](const auto&) { return false; }, absl::Seconds(60)));
  CHECK(absl::Now() - begin < absl::Seconds(2));
  CHECK(server.Http("GET", "/info", token.secret()).status == 401);

  server.Submit("team", "after");
  CHECK(staying.NextNamed("experiment"));
}

TEST_CASE("A stream tells of what its caller may see", "[tokens]") {
  GuardedServer server;
  const std::string viewer = server.Secret("viewer", {"mine"});
  EventClient stream(server.port(), "topics=experiments,system", WithToken(viewer));
  REQUIRE(stream.WaitForId());
  server.Submit("theirs", "hidden");
  server.Submit("mine", "shown");
  const auto first = stream.Next();
  REQUIRE(first);
  CHECK(first->name == "experiment");
  CHECK(first->data["experiment"]["name"] == "shown");
  CHECK(EventClient(server.port(), "topics=experiment/theirs/hidden", WithToken(viewer)).status() ==
        403);
  CHECK(EventClient(server.port(), "topics=logs/theirs/hidden-t0", WithToken(viewer)).status() ==
        403);
}

TEST_CASE("A session ends with its token, and its cookie is good for what the token was",
          "[tokens]") {
  GuardedServer server;
  const auto token = server.MakeToken("viewer", {"team"});
  httplib::Client client("127.0.0.1", server.port());
  const auto cookie = OpenSession(client, token.secret());
  CHECK(client.Get("/api/v1/info", cookie)->status == 200);
  CHECK(client.Get("/api/v1/experiments/other/x", cookie)->status == 403);
  CHECK(client.Post("/api/v1/experiments/team/x/stop", cookie, "{}", "application/json")->status ==
        403);
  server.Revoke(token.token().id());
  CHECK(client.Get("/api/v1/info", cookie)->status == 401);
}

TEST_CASE("Nobody ends others' sessions by opening many", "[tokens]") {
  GuardedServer server;
  const std::string admin = server.Secret("admin", {"*"});
  const std::string viewer = server.Secret("viewer", {"team"});
  httplib::Client client("127.0.0.1", server.port());
  const auto admins = OpenSession(client, admin);
  const auto oldest = OpenSession(client, viewer);
  for (int i = 0; i < 300; ++i) OpenSession(client, viewer);
  const auto newest = OpenSession(client, viewer);
  CHECK(client.Get("/api/v1/info", admins)->status == 200);
  CHECK(client.Get("/api/v1/info", oldest)->status == 401);
  CHECK(client.Get("/api/v1/info", newest)->status == 200);
}

TEST_CASE("A trial reports with its own token, which does nothing else and ends with it",
          "[tokens]") {
  GuardedServer server;
  const std::string seen = server.File("seen");
  // Ends with the test's folder, whatever becomes of the test.
  const std::string until_the_end =
      "while test -d " + server.File("trials") + " -a ! -e " + seen + ".end; do sleep 0.1; done";
  server.Submit("team", "run",
                "echo $QALAM_TOKEN > " + seen + ".part; mv " + seen + ".part " + seen +
                    "; qalam report loss=0.25 && " + until_the_end);
  server.Submit("team", "other", until_the_end);
  const auto trial = WaitForTrial(server, "team", "run", [&](const auto& trial) {
    return FileExists(seen) && trial.metrics_size() > 0;
  });
  CHECK(trial.metrics(0).latest() == 0.25);
  std::string token = *ReadFile(seen);
  token.pop_back();
  REQUIRE(token.starts_with("qalam-trial_" + trial.uid()));

  CHECK(ReportAs(server, token, trial).ok());
  CHECK(server.Http("GET", "/trials/team/" + trial.name() + "/metrics", token).status == 200);
  const auto other = WaitForTrial(server, "team", "other", [](const auto&) { return true; });
  CHECK(ReportAs(server, token, other).error_code() == grpc::StatusCode::PERMISSION_DENIED);
  for (const auto* path : {"/experiments", "/experiments/team/run", "/trials/team/run/files"}) {
    CAPTURE(path);
    CHECK(server.Http("GET", path, token).status == 403);
  }
  CHECK(server.Http("GET", "/trials/team/" + other.name() + "/metrics", token).status == 403);
  CHECK(server.Http("GET", "/trials/team/" + trial.name() + "/logs", token).status == 403);
  CHECK(server.Http("POST", "/experiments/team/run/stop", token).status == 403);
  CHECK(server.Http("POST", "/session", "", Json{{"token", token}}.dump()).status == 403);

  REQUIRE(WriteFileAtomically(seen + ".end", "", false).ok());
  WaitForTrial(server, "team", "run", HasEnded);
  WaitForTrial(server, "team", "other", HasEnded);
  const auto late = ReportAs(server, token, trial);
  CHECK(late.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(late.error_message().find("has ended, and its token with it") != std::string::npos);
}

TEST_CASE("Every change is in the audit log with who made it, before it is answered", "[tokens]") {
  GuardedServer server;
  const auto editor = server.MakeToken("editor", {"team"});
  const auto viewer = server.MakeToken("viewer", {"team"});
  const auto post = [&](const std::string& path, const std::string& secret, const Json& body) {
    return server.Http("POST", path, secret, body.dump()).status;
  };
  CHECK(post("/experiments", editor.secret(),
             {{"document", GuardedServer::Document("team", "tune")}}) == 201);
  CHECK(post("/experiments/team/tune/pause", editor.secret(), Json::object()) == 200);
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ExperimentName name;
  name.set_namespace_("team");
  name.set_name("tune");
  v1::Experiment experiment;
  const auto stop = [&](const std::string& secret) {
    grpc::ClientContext context;
    GuardedServer::Show(context, secret);
    return stub->StopExperiment(&context, name, &experiment).error_code();
  };
  CHECK(stop(viewer.secret()) == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(stop(editor.secret()) == grpc::StatusCode::OK);
  name.set_name("none");
  CHECK(stop(editor.secret()) == grpc::StatusCode::NOT_FOUND);
  CHECK(server.Http("GET", "/experiments/team/tune", viewer.secret()).status == 200);

  const auto entries = AuditOf(server, "team");
  std::string told;
  for (const auto& entry : entries) {
    told += fmt::format("{} {} {} {} {}\n", entry.caller(), entry.address(),
                        entry.action().substr(entry.action().rfind('/') + 1), entry.object(),
                        entry.outcome());
  }
  const std::string by_editor = "token " + editor.token().id() + " 127.0.0.1 ";
  CHECK(told == by_editor + "StopExperiment none NOT_FOUND\n" + by_editor +
                    "StopExperiment tune OK\ntoken " + viewer.token().id() +
                    " 127.0.0.1 StopExperiment tune PERMISSION_DENIED\n" + by_editor +
                    "PauseExperiment tune OK\n" + by_editor + "CreateExperiments tune OK\n" +
                    "this process  CreateToken " + viewer.token().id() + " OK\n" +
                    "this process  CreateToken " + editor.token().id() + " OK\n");

  const std::string admin = server.Secret("admin", {"team"});
  const auto page = Json::parse(server.Http("GET", "/audit?namespace=team&limit=3", admin).body);
  REQUIRE(page["entries"].size() == 3);
  CHECK(page["entries"][1]["object"] == "none");
  CHECK(server.Http("GET", "/audit?namespace=team", editor.secret()).status == 403);
  CHECK(server.Http("GET", "/audit", admin).status == 403);
  CHECK(server.Http("GET", "/audit", server.Secret("admin", {"*"})).status == 200);
}

TEST_CASE("The audit log keeps no more of a name than a name may have", "[tokens]") {
  GuardedServer server;
  const std::string secret = server.Secret("viewer", {"team"});
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ExperimentName name;
  for (int i = 0; i < 1'000'000; ++i) {
    name.mutable_namespace_()->append("\xc3\xbc");
    name.mutable_name()->append("\xc3\xbc");
  }
  grpc::ClientContext context;
  GuardedServer::Show(context, secret);
  v1::Experiment experiment;
  const auto refused = stub->StopExperiment(&context, name, &experiment);
  CHECK(refused.error_code() == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(refused.error_message().size() < 1000);
  const auto entry = AuditOf(server).front();
  CHECK(entry.outcome() == "PERMISSION_DENIED");
  CHECK(entry.object() == name.name().substr(0, 252));
  CHECK(entry.namespace_() == name.namespace_().substr(0, 252));
}

TEST_CASE("Who makes too many calls is told to wait, and others are not", "[tokens]") {
  GuardedServer server([](ServerOptions& options) { options.access.calls_per_second = 2; });
  const std::string busy = server.Secret("viewer", {"team"});
  const std::string quiet = server.Secret("viewer", {"team"});
  httplib::Response answer;
  int answered = 0;
  for (; answered < 100; ++answered) {
    answer = server.Http("GET", "/openapi.json", busy);
    if (answer.status != 200) break;
  }
  CHECK(answered >= 4);
  CHECK(answer.status == 429);
  CHECK(answer.get_header_value("Retry-After") == "1");
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ServerInfo info;
  grpc::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    grpc::ClientContext context;
    GuardedServer::Show(context, busy);
    status = stub->GetServerInfo(&context, {}, &info);
  }
  CHECK(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(server.Http("GET", "/openapi.json", quiet).status == 200);
}

TEST_CASE("Wrong tokens are counted", "[tokens]") {
  GuardedServer server;
  const std::string right = server.Secret("viewer", {"team"});
  httplib::Response answer;
  int refused = 0;
  for (; refused < 500; ++refused) {
    answer = server.Http("POST", "/session", "", Json{{"token", std::to_string(refused)}}.dump());
    if (answer.status != 401) break;
  }
  CHECK(refused >= 100);
  CHECK(answer.status == 429);
  CHECK(server.Http("GET", "/info", right).status == 200);
}

TEST_CASE("An admin of a namespace manages the tokens of that namespace alone", "[tokens]") {
  GuardedServer server;
  const auto theirs = server.MakeToken("viewer", {"theirs"});
  const std::string admin = server.Secret("admin", {"mine"});
  const auto stub = v1::AccessService::NewStub(server.Channel());
  const auto create = [&](const std::vector<std::string>& namespaces) {
    v1::CreateTokenRequest request;
    request.set_role("admin");
    for (const auto& name_space : namespaces) request.add_namespaces(name_space);
    v1::CreateTokenReply reply;
    grpc::ClientContext context;
    GuardedServer::Show(context, admin);
    return stub->CreateToken(&context, request, &reply).error_code();
  };
  CHECK(create({"mine"}) == grpc::StatusCode::OK);
  CHECK(create({"theirs"}) == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(create({"mine", "theirs"}) == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(create({"*"}) == grpc::StatusCode::PERMISSION_DENIED);
  v1::RevokeTokenRequest request;
  request.set_id(theirs.token().id());
  v1::Token token;
  grpc::ClientContext revoking;
  GuardedServer::Show(revoking, admin);
  CHECK(stub->RevokeToken(&revoking, request, &token).error_code() ==
        grpc::StatusCode::PERMISSION_DENIED);
  v1::ListTokensReply listed;
  grpc::ClientContext listing;
  GuardedServer::Show(listing, admin);
  REQUIRE(stub->ListTokens(&listing, {}, &listed).ok());
  CHECK(listed.tokens_size() == 2);
  for (const auto& entry : listed.tokens()) CHECK(entry.namespaces(0) == "mine");
}

}  // namespace qalam
