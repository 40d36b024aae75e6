// Metric points a second through gRPC ReportMetrics into SQLite, durable before each answer, from
// some clients at once. Prints JSON.

#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/clock.h"
#include "server/change_log.h"
#include "server/experiment_service.h"

namespace qalam {
namespace {

constexpr int kClients = 4;
constexpr int kCallsEach = 40;
constexpr int kPointsEach = 5000;

Status MakeTrials(Store& store) {
  WriteBatch batch;
  ExperimentRecord experiment{.uid = "bench", .name_space = "default", .name = "bench"};
  experiment.document_json = "{}";
  experiment.created = absl::Now();
  batch.create_experiments.push_back(experiment);
  for (int i = 0; i < kClients; ++i) {
    TrialRecord trial;
    trial.experiment_uid = "bench";
    trial.uid = trial.name = fmt::format("bench-{}", i);
    trial.number = i;
    trial.state = TrialState::kRunning;
    batch.create_trials.push_back(trial);
  }
  return store.Commit(batch);
}

bool Report(v1::ExperimentService::Stub& stub, int client) {
  v1::ReportMetricsRequest request;
  auto* entry = request.add_trials();
  entry->mutable_trial()->set_name(fmt::format("bench-{}", client));
  for (int i = 0; i < kPointsEach; ++i) {
    auto* point = entry->add_points();
    point->set_metric("loss");
    point->set_value(0.5 * i);
    point->set_step(i);
  }
  grpc::ClientContext context;
  v1::ReportMetricsReply reply;
  return stub.ReportMetrics(&context, request, &reply).ok();
}

int Main() {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("qalam-bench-{}", getpid());
  auto store = OpenSqliteStore((folder / "qalam.db").string());
  if (!store.ok() || !MakeTrials(**store).ok()) return 1;
  const SystemClock clock;
  ChangeLog changes;
  const auto access = OpenSqliteAccessStore((folder / "qalam.db").string());
  if (!access.ok()) return 1;
  Authority authority({}, **access, **store, clock);
  const auto service =
      MakeExperimentService(**store, nullptr, clock, changes, nullptr, authority, {});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service.get());
  const auto server = builder.BuildAndStart();
  std::atomic<int> failed{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      auto stub = v1::ExperimentService::NewStub(grpc::CreateChannel(
          fmt::format("127.0.0.1:{}", port), grpc::InsecureChannelCredentials()));
      for (int i = 0; i < kCallsEach; ++i) failed += !Report(*stub, c);
    });
  }
  for (auto& client : clients) client.join();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  server->Shutdown();
  store->reset();
  std::filesystem::remove_all(folder);
  if (failed > 0) return 1;
  std::printf("{\"points_per_second\": %.1f}\n",
              1.0 * kClients * kCallsEach * kPointsEach / elapsed.count());
  return 0;
}

}  // namespace
}  // namespace qalam

int main() { return qalam::Main(); }
