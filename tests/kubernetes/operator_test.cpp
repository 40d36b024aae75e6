// An operator over a server that does what a real one cannot be made to do on command.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/files.h"
#include "controller/kubernetes/login_sources.h"
#include "controller/operators/folder_engine.h"
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
  void Break() { works_ = false; }

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
      // The request's body has not been read.
      response.set_header("Connection", "close");
      return httplib::Server::HandlerResponse::Handled;
    });
    server_->Get("/apis/batch/v1", [](const auto&, auto& response) {
      response.set_content(R"({"resources":[{"name":"jobs","kind":"Job","namespaced":true}]})",
                           "application/json");
    });
    server_->Post("/apis/batch/v1/namespaces/a/jobs", [this, ends = deleted != nullptr](
                                                          const auto& request, auto& response) {
      if (creation_ == Creation::kRefused) return Refuse(403, "exceeded quota", response);
      ++made_;
      Json object = Json::parse(request.body);
      object["metadata"]["uid"] = "u1";
      if (ends)
        object["status"]["conditions"] = Json::array({{{"type", "Complete"}, {"status", "True"}}});
      response.set_content(object.dump(), "application/json");
      if (creation_ == Creation::kUnanswered) {
        there_ = true;
        Refuse(503, "it took too long", response);
      }
    });
    server_->Get("/apis/batch/v1/namespaces/a/jobs/trial", [this](const auto&, auto& response) {
      if (!there_) return Refuse(404, "there is none", response);
      response.set_content(
          R"({"metadata":{"uid":"u1","labels":{"qalam.io/trial-uid":"trial","qalam.io/run":"0"}}})",
          "application/json");
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
  // Unanswered: the Job is made, but whoever asks for it is told that the server is away.
  enum class Creation { kWorks, kRefused, kUnanswered };
  void Set(Creation creation) { creation_ = creation; }
  int made() const { return made_; }
  int deleted() const { return deleted_; }

 private:
  static void Refuse(int status, const char* message, httplib::Response& response) {
    response.status = status;
    response.set_content(Json{{"kind", "Status"}, {"message", message}}.dump(), "application/json");
  }

  std::atomic<Creation> creation_ = Creation::kWorks;
  std::atomic<bool> there_ = false;
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

TEST_CASE("A trial of which no object was made is no trial of the cluster's", "[kubernetes]") {
  using Creation = ServerOfJobs::Creation;
  const auto code = GENERATE(StatusCode::kUnauthenticated, StatusCode::kFailedPrecondition);
  const bool has_login = GENERATE(true, false);
  CAPTURE(code, has_login);
  const TemporaryDirectory directory;
  ServerOfJobs server;
  const auto login = std::make_shared<FailingLogin>(code);
  login->Mend();
  const auto engine = OperatorOver(server, login);
  TrialJob other = JobIn(directory);
  other.uid = other.name = "other";
  other.directory = directory.File("other");
  // From here on it knows what a Job is.
  REQUIRE(engine->Submit(other).ok());
  const TrialJob job = JobIn(directory);
  const auto may_have_begun = [&] {
    return PollForeignTrial(job.directory, FolderEngine::kProcess).has_value();
  };
  const auto fail = [&] {
    server.Set(has_login ? Creation::kRefused : Creation::kWorks);
    if (!has_login) login->Break();
    CHECK_FALSE(engine->Submit(job).ok());
  };
  fail();
  CHECK_FALSE(may_have_begun());
  login->Mend();

  // One that has been made unseen is not forgotten by that.
  server.Set(Creation::kUnanswered);
  CHECK(engine->Submit(job).status().code() == StatusCode::kUnavailable);
  CHECK(may_have_begun());
  fail();
  CHECK(may_have_begun());
  CHECK(server.made() == 2);
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
