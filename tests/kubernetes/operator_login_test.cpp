// An operator whose login does not work.
#include <atomic>
#include <catch2/catch.hpp>

#include "base/files.h"
#include "controller/kubernetes/login_sources.h"
#include "controller/operators/kubernetes/kubernetes_operator.h"
#include "tests/support/http_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

using kubernetes::Login;

class FailingLogin final : public kubernetes::LoginSource {
 public:
  explicit FailingLogin(StatusCode code) : code_(code) {}
  StatusOr<Login> Get() override {
    if (works_) return Login{.token = "good"};
    if (code_ == StatusCode::kUnauthenticated) return Login{.token = "expired"};
    return MakeStatus(code_, "there is no login");
  }
  void Refused(const Login&) override {}
  void Mend() { works_ = true; }

 private:
  const StatusCode code_;  // kUnauthenticated: the server refuses it
  std::atomic<bool> works_ = false;
};

// Takes Jobs from whoever has the good token, and has nothing else.
class ServerOfJobs {
 public:
  ServerOfJobs() {
    server_->set_pre_routing_handler([](const auto& request, auto& response) {
      if (request.get_header_value("Authorization") == "Bearer good") {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      response.status = 401;
      response.set_content(R"({"kind":"Status","message":"Unauthorized"})", "application/json");
      return httplib::Server::HandlerResponse::Handled;
    });
    server_->Get("/apis/batch/v1", [](const auto&, auto& response) {
      response.set_content(R"({"resources":[{"name":"jobs","kind":"Job","namespaced":true}]})",
                           "application/json");
    });
    server_->Post("/apis/batch/v1/namespaces/a/jobs", [this](const auto& request, auto& response) {
      ++made_;
      Json object = Json::parse(request.body);
      object["metadata"]["uid"] = "u1";
      response.set_content(object.dump(), "application/json");
    });
    server_.Start();
  }
  std::string address() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }
  int made() const { return made_; }

 private:
  std::atomic<int> made_ = 0;
  HttpServer server_;
};

std::unique_ptr<TrialOperator> OperatorOver(const ServerOfJobs& server,
                                            std::shared_ptr<kubernetes::LoginSource> login) {
  kubernetes::ClusterAccess access;
  access.server = server.address();
  access.login = std::move(login);
  auto client = kubernetes::Client::Create(std::move(access), {.attempts = 1});
  REQUIRE(client.ok());
  return MakeKubernetesOperator(*std::move(client), {.name_space = "a", .collector_image = "none"});
}

}  // namespace

TEST_CASE("A trial waits while there is no login, and is not lost by that", "[kubernetes]") {
  const auto code = GENERATE(StatusCode::kUnauthenticated, StatusCode::kFailedPrecondition,
                             StatusCode::kNotFound, StatusCode::kPermissionDenied);
  CAPTURE(code);
  const TemporaryDirectory directory;
  ServerOfJobs server;
  const auto login = std::make_shared<FailingLogin>(code);
  TrialJob job;
  job.uid = job.name = "trial";
  job.directory = directory.File("trial");
  job.manifest = Json::parse(R"({"apiVersion":"batch/v1","kind":"Job","spec":{"template":{"spec":
    {"containers":[{"name":"main","image":"none","command":["true"]}]}}}})");
  {
    const auto engine = OperatorOver(server, login);
    CHECK(engine->Submit(job).status().code() == StatusCode::kUnavailable);
    login->Mend();
    const auto handle = engine->Submit(job);
    INFO(Message(handle.status()));
    REQUIRE(handle.ok());
    CHECK(*handle == job.directory);
    CHECK(server.made() == 1);
  }
  // The login expires while nobody looks after the trial.
  const auto engine = OperatorOver(server, std::make_shared<FailingLogin>(code));
  CHECK(engine->Poll({&job.directory, 1})->front().state == JobState::kUnknown);
  CHECK(engine->Submit(job).status().code() == StatusCode::kUnavailable);
  CHECK(server.made() == 1);
}

}  // namespace qalam
