// Callers that a Kubernetes cluster knows, against an API server that answers as the test says.
#include "server/identity/kubernetes_reviews.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include "base/files.h"
#include "controller/kubernetes/login_sources.h"
#include "tests/support/event_client.h"
#include "tests/support/guarded_server.h"
#include "tests/support/http_server.h"
#include "tests/support/manual_clock.h"

namespace qalam {
namespace {

// Knows "ann-token" of ann, who may do what `allowed` holds: "verb namespace".
class FakeCluster {
 public:
  FakeCluster() {
    server_->Post("/apis/authentication.k8s.io/v1/tokenreviews",
                  [this](const httplib::Request& request, httplib::Response& response) {
                    ++token_reviews;
                    if (is_away) {
                      response.status = 503;
                      return;
                    }
                    const Json asked = Json::parse(request.body);
                    Json status = {{"authenticated", asked["spec"]["token"] == "ann-token"}};
                    if (status["authenticated"] == true) {
                      status["user"] = {{"username", "ann"}, {"groups", {"ml"}}};
                    }
                    response.status = 201;
                    response.set_content(Json{{"status", status}}.dump(), "application/json");
                  });
    server_->Post("/apis/authorization.k8s.io/v1/subjectaccessreviews",
                  [this](const httplib::Request& request, httplib::Response& response) {
                    ++access_reviews;
                    while (hangs) absl::SleepFor(absl::Milliseconds(10));
                    if (is_away) {
                      response.status = 503;
                      return;
                    }
                    const Json spec = Json::parse(request.body)["spec"];
                    const Json& what = spec["resourceAttributes"];
                    const std::lock_guard lock(mutex);
                    const bool is_ann = spec["user"] == "ann" && spec["groups"][0] == "ml" &&
                                        what["group"] == "kubeflow.org" &&
                                        what["resource"] == "experiments";
                    const std::string question = what["verb"].get<std::string>() + " " +
                                                 what["namespace"].get<std::string>();
                    const Json status = {{"allowed", is_ann && allowed.contains(question)}};
                    response.status = 201;
                    response.set_content(Json{{"status", status}}.dump(), "application/json");
                  });
    server_.Start();
  }

  std::shared_ptr<BearerVerifier> Verifier() {
    kubernetes::ClusterAccess access;
    access.server = fmt::format("http://127.0.0.1:{}", server_.port());
    access.login = kubernetes::MakeFixedLogin({});
    auto client = kubernetes::Client::Create(std::move(access),
                                             {.attempts = 1, .first_delay = absl::Milliseconds(1)});
    REQUIRE(client.ok());
    return MakeKubernetesVerifier(*std::move(client), clock);
  }

  // Of a server that asks this cluster.
  std::function<void(ServerOptions&)> Asked() const {
    return [path = directory_.File("kubeconfig"), port = server_.port()](ServerOptions& options) {
      REQUIRE(WriteFileAtomically(path,
                                  fmt::format("current-context: c\n"
                                              "contexts: [{{name: c, context: {{cluster: k}}}}]\n"
                                              "clusters: [{{name: k, cluster: "
                                              "{{server: \"http://127.0.0.1:{}\"}}}}]\n",
                                              port),
                                  false)
                  .ok());
      options.kubernetes_auth = {.kubeconfig = path};
    };
  }
  void Forbid() {
    const std::lock_guard lock(mutex);
    allowed.clear();
  }

  ManualClock clock{absl::FromUnixSeconds(1'800'000'000)};
  std::mutex mutex;
  std::set<std::string> allowed;
  std::atomic<int> token_reviews = 0, access_reviews = 0;
  std::atomic<bool> is_away = false, hangs = false;

 private:
  const TemporaryDirectory directory_;
  HttpServer server_;
};

}  // namespace

TEST_CASE("The cluster says whose a token is and what they may do", "[kubernetes auth]") {
  FakeCluster cluster;
  cluster.allowed = {"get team-a", "create team-a", "get team-b"};
  const auto verifier = cluster.Verifier();
  const auto ann = verifier->Identify("ann-token");
  INFO(Message(ann.status()));
  REQUIRE(ann.ok());
  CHECK((*ann)->name == "kubernetes ann");
  CHECK(*Has(**ann, Role::kEditor, "team-a"));
  CHECK_FALSE(*Has(**ann, Role::kAdmin, "team-a"));
  CHECK(*Has(**ann, Role::kViewer, "team-b"));
  CHECK_FALSE(*Has(**ann, Role::kEditor, "team-b"));
  CHECK_FALSE(*Has(**ann, Role::kViewer, kEveryNamespace));
  const auto nobody = verifier->Identify("made-up");
  CHECK(nobody.status().code() == StatusCode::kUnauthenticated);
  CHECK(Message(nobody.status()).find("made-up") == std::string::npos);
}

TEST_CASE("The cluster's answers are kept for seconds, and then asked for again",
          "[kubernetes auth]") {
  FakeCluster cluster;
  cluster.allowed = {"get team-a"};
  const auto verifier = cluster.Verifier();
  for (int i = 0; i < 5; ++i) {
    const auto ann = *verifier->Identify("ann-token");
    CHECK(*Has(*ann, Role::kViewer, "team-a"));
    CHECK_FALSE(verifier->Identify("made-up").ok());
  }
  CHECK(cluster.token_reviews == 2);
  CHECK(cluster.access_reviews == 1);
  const auto ann = *verifier->Identify("ann-token");
  // No namespace has so long a name.
  CHECK_FALSE(*Has(*ann, Role::kViewer, std::string(64, 'a')));
  CHECK(cluster.access_reviews == 1);
  cluster.Forbid();
  cluster.clock.Advance(kReviewKept);
  CHECK_FALSE(*Has(*ann, Role::kViewer, "team-a"));
}

TEST_CASE("A cluster that is away lets nobody in, and is asked again at once",
          "[kubernetes auth]") {
  FakeCluster cluster;
  const auto verifier = cluster.Verifier();
  cluster.is_away = true;
  CHECK(verifier->Identify("ann-token").status().code() == StatusCode::kUnavailable);
  cluster.is_away = false;
  cluster.allowed = {"get team-a"};
  const auto ann = verifier->Identify("ann-token");
  REQUIRE(ann.ok());
  // That it cannot be known is not taken for a no.
  cluster.is_away = true;
  const auto refused = Authority::CheckRole(**ann, Role::kViewer, "team-a");
  CHECK(refused.code() == StatusCode::kUnavailable);
  CHECK(Message(refused).find("the cluster did not say what you may do") == 0);
  cluster.is_away = false;
  CHECK(Authority::CheckRole(**ann, Role::kViewer, "team-a").ok());
}

TEST_CASE("Streams that are open end once the cluster takes the role away", "[kubernetes auth]") {
  FakeCluster cluster;
  cluster.allowed = {"get team-a"};
  GuardedServer server(cluster.Asked());
  server.Submit("team-a", "watched");
  const httplib::Headers ann = {{"Authorization", "Bearer ann-token"}};
  EventClient named(server.port(), "topics=experiment/team-a/watched", ann);
  REQUIRE(named.status() == 200);
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  grpc::ClientContext context;
  GuardedServer::Show(context, "ann-token");
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_namespace_("team-a");
  request.mutable_experiment()->set_name("watched");
  const auto watch = stub->WatchExperiment(&context, request);
  v1::Experiment experiment;
  REQUIRE(watch->Read(&experiment));

  cluster.Forbid();
  while (watch->Read(&experiment)) {
  }
  CHECK(watch->Finish().error_code() == grpc::StatusCode::PERMISSION_DENIED);
  CHECK_FALSE(named.Next([](const auto&) { return false; }, absl::Seconds(60)));
}

TEST_CASE("A cluster that does not answer keeps the streams of others waiting for nothing",
          "[kubernetes auth]") {
  FakeCluster cluster;
  cluster.allowed = {"get team-a"};
  GuardedServer server(cluster.Asked());
  const std::string viewer = server.Secret("viewer", {"team-a"});
  EventClient other(server.port(), "topics=experiments", {{"Authorization", "Bearer " + viewer}});
  EventClient ann(server.port(), "topics=experiments", {{"Authorization", "Bearer ann-token"}});
  REQUIRE(other.WaitForId());
  REQUIRE(ann.WaitForId());
  cluster.hangs = true;
  server.Submit("team-b", "hidden");
  server.Submit("team-a", "shown");
  const auto is_shown = [](const ServerEvent& event) {
    return event.name == "experiment" && event.data["experiment"]["name"] == "shown";
  };
  const auto seen = other.Next(is_shown);
  cluster.hangs = false;
  CHECK(seen);
  // And ann's comes when it is known that she may see it.
  const auto first = ann.NextNamed("experiment");
  REQUIRE(first);
  CHECK(is_shown(*first));
}

}  // namespace qalam
