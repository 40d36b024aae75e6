// An operator over a server that does what a real one cannot be made to do on command.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

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

// Takes Jobs from whoever has the good token.
class ServerOfJobs {
 public:
  // With `deleted`, a Job is complete as soon as it is made; that is called before the answer to
  // whoever deletes it.
  explicit ServerOfJobs(std::function<void()> deleted = nullptr) {
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
    server_->Post("/apis/batch/v1/namespaces/a/jobs", [this, ends = deleted != nullptr](
                                                          const auto& request, auto& response) {
      ++made_;
      Json object = Json::parse(request.body);
      object["metadata"]["uid"] = "u1";
      if (ends)
        object["status"]["conditions"] = Json::array({{{"type", "Complete"}, {"status", "True"}}});
      response.set_content(object.dump(), "application/json");
    });
    server_->Delete("/apis/batch/v1/namespaces/a/jobs/trial",
                    [this, deleted](const auto&, auto& response) {
                      ++deleted_;
                      deleted();
                      response.set_content("{}", "application/json");
                    });
    // Of pods and of Jobs: none, and nothing comes.
    const auto list = [](const auto& request, auto& response) {
      if (request.has_param("watch")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      response.set_content(
          request.has_param("watch") ? "" : R"({"metadata":{"resourceVersion":"1"},"items":[]})",
          "application/json");
    };
    server_->Get("/api/v1/namespaces/a/pods", list);
    server_->Get("/apis/batch/v1/namespaces/a/jobs", list);
    server_.Start();
  }
  std::string address() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }
  int made() const { return made_; }
  int deleted() const { return deleted_; }

 private:
  std::atomic<int> made_ = 0, deleted_ = 0;
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

TrialJob JobIn(const TemporaryDirectory& directory) {
  TrialJob job;
  job.uid = job.name = "trial";
  job.directory = directory.File("trial");
  job.manifest = Json::parse(R"({"apiVersion":"batch/v1","kind":"Job","spec":{"template":{"spec":
    {"containers":[{"name":"main","image":"none","command":["true"]}]}}}})");
  return job;
}

}  // namespace

TEST_CASE("A trial waits while there is no login, and is not lost by that", "[kubernetes]") {
  const auto code = GENERATE(StatusCode::kUnauthenticated, StatusCode::kFailedPrecondition,
                             StatusCode::kNotFound, StatusCode::kPermissionDenied);
  CAPTURE(code);
  const TemporaryDirectory directory;
  ServerOfJobs server;
  const auto login = std::make_shared<FailingLogin>(code);
  const TrialJob job = JobIn(directory);
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

TEST_CASE("A trial whose folder is removed before its object is cleared away is let go",
          "[kubernetes]") {
  const TemporaryDirectory directory;
  const TrialJob job = JobIn(directory);
  std::atomic<bool> removed = false;
  // As `trialFolders: Remove` does it, or a deleted experiment.
  ServerOfJobs server([&] {
    std::filesystem::remove_all(job.directory);
    removed = true;
  });
  auto login = std::make_shared<FailingLogin>(StatusCode::kUnauthenticated);
  login->Mend();
  auto engine = OperatorOver(server, login);
  REQUIRE(engine->Submit(job).ok());
  const Time deadline = SteadyNow() + absl::Seconds(20);
  while (!removed) {
    REQUIRE(SteadyNow() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  // It ends once everything is cleared away, and else gives up after five seconds.
  const Time begin = SteadyNow();
  engine.reset();
  CHECK(SteadyNow() - begin < absl::Seconds(4));
  CHECK(server.deleted() == 1);
  CHECK_FALSE(FileExists(job.directory));
}

}  // namespace qalam
