#include "bench/operator_load.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "base/uid.h"
#include "controller/collector/job.h"
#include "server/server.h"

namespace qalam::bench {

namespace {

Time ClaimTime(const std::string& folder) {
  struct stat status {};
  const std::string claim = folder + "/" + collector::kClaimFile;
  if (lstat(claim.c_str(), &status) != 0) return absl::InfinitePast();
  return absl::TimeFromTimespec(status.st_mtim);
}

}  // namespace

void Fail(const Status& status) {
  std::fprintf(stderr, "%s\n", Message(status).c_str());
  std::exit(1);
}

Folder::Folder()
    : path_((std::filesystem::temp_directory_path() / ("qalam-bench-" + NewUid())).string()) {
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

// Runs the document's experiment to its end, as `qalam run` does.
Finished RunExperiment(const std::string& document, const OperatorChoice& engine) {
  const Folder folder;
  ServerOptions options;
  options.database = folder.File("qalam.db");
  options.work_root = folder.File("trials");
  options.engine = engine;
  const auto server = Value(Server::Start(options));
  const auto stub = v1::ExperimentService::NewStub(server->InProcessChannel());
  const Time start = absl::Now();
  grpc::ClientContext create_context;
  v1::CreateExperimentsRequest request;
  request.set_document(document);
  v1::CreateExperimentsReply created;
  auto status = stub->CreateExperiments(&create_context, request, &created);
  if (!status.ok()) Fail(InvalidArgument("{}", status.error_message()));
  grpc::ClientContext watch_context;
  v1::GetExperimentRequest watched;
  watched.mutable_experiment()->set_name(created.experiments(0).name());
  const auto reader = stub->WatchExperiment(&watch_context, watched);
  v1::Experiment last;
  while (reader->Read(&last)) {
  }
  Finished finished;
  finished.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (last.state() != v1::EXPERIMENT_SUCCEEDED) {
    Fail(Internal("the experiment has not succeeded: {}", last.message()));
  }
  server->Shutdown();
  const auto store = Value(OpenSqliteStore(options.database));
  finished.trials = Value(store->ListTrials({}));
  for (const auto& trial : finished.trials) finished.begun.push_back(ClaimTime(trial.handle));
  return finished;
}

std::string LoadDocument(const Load& load) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: load}}
spec:
  objective: {{type: minimize, objectiveMetricName: none}}
  algorithm: {{algorithmName: random}}
  metricsCollectorSpec: {{collector: {{kind: None}}}}
  maxTrialCount: {}
  parallelTrialCount: {}
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      metadata: {{annotations: {{x: "${{trialParameters.x}}"}}}}
      spec:
        backoffLimit: 0
        template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: none, command: {}}}]}}}}
)",
                     load.trials, load.parallel, nlohmann::json(load.command).dump());
}

nlohmann::json ReadResults(const std::string& path) {
  const auto text = ReadFile(path);
  auto results = text.ok() ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
  return results.is_object() ? results : nlohmann::json::object();
}

void WriteResults(const std::string& path, const nlohmann::json& results) {
  const Status written = WriteFileAtomically(path, results.dump(1) + "\n", false);
  if (!written.ok()) Fail(written);
  std::printf("\nwritten to %s\n", path.c_str());
}

std::vector<double> Gaps(std::vector<Time> starts, const std::vector<TrialRecord>& trials,
                         int slots) {
  std::vector<Time> ends;
  for (const auto& trial : trials) ends.push_back(trial.completed);
  std::sort(starts.begin(), starts.end());
  std::sort(ends.begin(), ends.end());
  std::vector<double> gaps;
  for (size_t i = slots; i < starts.size(); ++i) {
    gaps.push_back(absl::ToDoubleMilliseconds(starts[i] - ends[i - slots]));
  }
  std::sort(gaps.begin(), gaps.end());
  return gaps;
}

}  // namespace qalam::bench
