// Callers that a Kubernetes cluster knows, against an API server that answers as the test says.
#include "server/identity/kubernetes_reviews.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <set>

#include "controller/kubernetes/login_sources.h"
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

  ManualClock clock{absl::FromUnixSeconds(1'800'000'000)};
  std::mutex mutex;
  std::set<std::string> allowed;
  std::atomic<int> token_reviews = 0, access_reviews = 0;
  std::atomic<bool> is_away = false;

 private:
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
  CHECK(Has(**ann, Role::kEditor, "team-a"));
  CHECK_FALSE(Has(**ann, Role::kAdmin, "team-a"));
  CHECK(Has(**ann, Role::kViewer, "team-b"));
  CHECK_FALSE(Has(**ann, Role::kEditor, "team-b"));
  CHECK_FALSE(Has(**ann, Role::kViewer, kEveryNamespace));
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
    CHECK(Has(*ann, Role::kViewer, "team-a"));
    CHECK_FALSE(verifier->Identify("made-up").ok());
  }
  CHECK(cluster.token_reviews == 2);
  CHECK(cluster.access_reviews == 1);
  const auto ann = *verifier->Identify("ann-token");
  {
    const std::lock_guard lock(cluster.mutex);
    cluster.allowed.clear();
  }
  cluster.clock.Advance(kReviewKept);
  CHECK_FALSE(Has(*ann, Role::kViewer, "team-a"));
}

TEST_CASE("A cluster that is away lets nobody in, and is asked again at once",
          "[kubernetes auth]") {
  FakeCluster cluster;
  const auto verifier = cluster.Verifier();
  cluster.is_away = true;
  CHECK(verifier->Identify("ann-token").status().code() == StatusCode::kUnavailable);
  cluster.is_away = false;
  CHECK(verifier->Identify("ann-token").ok());
}

}  // namespace qalam
