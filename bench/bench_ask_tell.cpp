// Trials asked for and told a second, durable before each answer: clients in processes of their
// own, over TCP, of a `qalam serve` on one experiment. Prints JSON, a line a setting.
//
// usage: bench_ask_tell [SECONDS]

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "base/process.h"
#include "base/uid.h"
#include "server/server.h"

namespace qalam {
namespace {

using Stub = v1::ExperimentService::Stub;

struct Setting {
  int processes;
  int workers;  // of each process: as many calls are under way at once
  int count;    // trials of each ask, told together
};

std::string Document(const std::string& name) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  trialRunner: Client
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 10000000
  parameters:
    - {{name: lr, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}
    - {{name: units, parameterType: int, feasibleSpace: {{min: "1", max: "512"}}}}
    - {{name: activation, parameterType: categorical, feasibleSpace: {{list: [relu, tanh]}}}}
)",
                     name);
}

// One loop of asking and telling, without a thread of its own.
class Worker {
 public:
  Worker(Stub& stub, std::string experiment, int count, const std::atomic<bool>& stop)
      : stub_(stub), stop_(stop) {
    ask_.mutable_experiment()->set_name(std::move(experiment));
    ask_.set_count(count);
    ask_.set_wait_seconds(10);
  }
  void Start() { Ask(); }
  int64_t Finish() {
    done_.WaitForNotification();
    return told_;
  }

 private:
  void Ask() {
    if (stop_) return done_.Notify();
    context_ = std::make_unique<grpc::ClientContext>();
    ask_.set_lease(NewUid());
    stub_.async()->AskTrials(context_.get(), &ask_, &asked_, [this](const grpc::Status& status) {
      Check(status) ? Tell() : End();
    });
  }
  void Tell() {
    if (asked_.trials().empty()) return Ask();
    context_ = std::make_unique<grpc::ClientContext>();
    tell_.Clear();
    for (const auto& trial : asked_.trials()) {
      auto* one = tell_.add_trials();
      one->mutable_trial()->set_name(trial.name());
      one->set_lease(asked_.lease());
      one->add_objective_values(static_cast<double>(trial.number()));
    }
    const auto next = [this](const grpc::Status& status) {
      if (!Check(status)) return End();
      told_ += tell_.trials_size();
      Ask();
    };
    if (tell_.trials_size() == 1) {
      stub_.async()->TellTrial(context_.get(), tell_.mutable_trials(0), &trial_, next);
    } else {
      stub_.async()->TellTrials(context_.get(), &tell_, &answers_, next);
    }
  }
  void End() { done_.Notify(); }
  static bool Check(const grpc::Status& status) {
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.error_message().c_str());
    return status.ok();
  }

  Stub& stub_;
  const std::atomic<bool>& stop_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::AskTrialsRequest ask_;
  v1::AskTrialsReply asked_;
  v1::TellTrialsRequest tell_;
  v1::TellTrialsReply answers_;
  v1::Trial trial_;
  int64_t told_ = 0;
  absl::Notification done_;
};

// The program of one client process: prints how many trials it told.
int Client(const std::string& address, const std::string& experiment, int workers, int count,
           double seconds) {
  const auto stub = v1::ExperimentService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<Worker>> all;
  for (int i = 0; i < workers; ++i) {
    all.push_back(std::make_unique<Worker>(*stub, experiment, count, stop));
  }
  for (auto& worker : all) worker->Start();
  absl::SleepFor(absl::Seconds(seconds));
  stop = true;
  int64_t told = 0;
  for (auto& worker : all) told += worker->Finish();
  std::printf("%lld\n", static_cast<long long>(told));
  return 0;
}

StatusOr<int64_t> RunClients(const std::string& folder, const std::string& address,
                             const std::string& experiment, const Setting& setting,
                             double seconds) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::vector<pid_t> clients;
  for (int i = 0; i < setting.processes; ++i) {
    const std::string path = fmt::format("{}/client-{}", folder, i);
    const FileDescriptor output(open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    ASSIGN_OR_RETURN(
        const pid_t pid,
        Spawn({.arguments = {self, address, experiment, std::to_string(setting.workers),
                             std::to_string(setting.count), std::to_string(seconds)},
               .environment = EnvironmentWith({}),
               .standard_output = output.get()}));
    clients.push_back(pid);
  }
  int64_t told = 0;
  for (size_t i = 0; i < clients.size(); ++i) {
    waitpid(clients[i], nullptr, 0);
    ASSIGN_OR_RETURN(const auto text, ReadFile(fmt::format("{}/client-{}", folder, i)));
    told += std::atoll(text.c_str());
  }
  return told;
}

Status Measure(const std::string& folder, double seconds) {
  const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string database = folder + "/qalam.db";
  const std::string log = folder + "/log";
  const FileDescriptor output(open(log.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ASSIGN_OR_RETURN(const pid_t server,
                   Spawn({.arguments = {(bin / "qalam").string(), "serve", "--db", database,
                                        "--listen", "127.0.0.1:0"},
                          .environment = EnvironmentWith({}),
                          .standard_output = output.get()}));
  std::string address;
  for (int i = 0; i < 500 && address.empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    const auto text = ReadFile(log);
    if (!text.ok() || text->find("database ") == std::string::npos) continue;
    const std::string mark = "listening on ";
    const size_t begin = text->find(mark) + mark.size();
    address = text->substr(begin, text->find('\n', begin) - begin);
  }
  auto stub = v1::ExperimentService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  Status status;
  for (const Setting& setting : {Setting{1, 1, 1}, Setting{1, 64, 1}, Setting{8, 16, 1},
                                 Setting{1, 4, 16}, Setting{8, 2, 16}}) {
    const std::string name =
        fmt::format("asked-{}-{}-{}", setting.processes, setting.workers, setting.count);
    grpc::ClientContext context;
    v1::CreateExperimentsRequest request;
    request.set_document(Document(name));
    v1::CreateExperimentsReply reply;
    const auto created = stub->CreateExperiments(&context, request, &reply);
    if (!created.ok()) {
      status = Unavailable("{}", created.error_message());
      break;
    }
    const auto told = RunClients(folder, address, name, setting, seconds);
    status.Update(told.status());
    if (!told.ok()) break;
    std::printf("{\"processes\": %d, \"at_once\": %d, \"batch\": %d, \"per_second\": %.1f}\n",
                setting.processes, setting.processes * setting.workers, setting.count,
                static_cast<double>(*told) / seconds);
    std::fflush(stdout);
  }
  kill(server, SIGTERM);
  waitpid(server, nullptr, 0);
  return status;
}

int Main(int argc, char** argv) {
  if (argc == 6) {
    return Client(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]), std::atof(argv[5]));
  }
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("qalam-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const Status status = Measure(folder.string(), argc > 1 ? std::atof(argv[1]) : 5);
  std::filesystem::remove_all(folder);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", Message(status).c_str());
  return 1;
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return qalam::Main(argc, argv);
}
