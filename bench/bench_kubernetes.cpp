// What the Kubernetes operator and the controller cost beside the cluster itself. Usage:
// bench_kubernetes SLOTS RESULTS, with KUBECONFIG naming a cluster. Prints a table and adds to the
// JSON.

#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/uid.h"
#include "bench/operator_load.h"
#include "controller/kubernetes/client.h"
#include "controller/kubernetes/object_watch.h"

namespace qalam::bench {
namespace {

using kubernetes::Client;
using kubernetes::ObjectPath;
using kubernetes::Propagation;

const ObjectPath kAllJobs{{"batch/v1", "Job", "jobs", true}, "default", "", ""};

// Trials of no time show what the cluster itself can do, with or without Qalam; the others what is
// lost between one and the next.
std::vector<Load> Loads(int slots) {
  return {{"0 ms", {"true"}, 8 * slots, slots, 0.9},
          {"1 s", {"sleep", "1"}, 8 * slots, slots, 0.9}};
}

std::unique_ptr<Client> ClientOfKubeconfig() {
  return Value(Client::Create(
      Value(kubernetes::FindClusterAccess({}, kubernetes::AccessEnvironment::OfProcess()))));
}

// A Job of one pod as the operator makes it, but for the collector.
nlohmann::ordered_json RawJob(const std::string& name, const Load& load) {
  nlohmann::ordered_json job = {{"apiVersion", "batch/v1"}, {"kind", "Job"}};
  job["metadata"] = {{"name", name}, {"labels", {{"bench", "raw"}}}};
  job["spec"]["backoffLimit"] = 0;
  auto& pod = job["spec"]["template"]["spec"];
  pod["restartPolicy"] = "Never";
  pod["containers"] = nlohmann::ordered_json::array(
      {{{"name", "main"}, {"image", "none"}, {"command", load.command}}});
  return job;
}

bool HasCompleted(const Json& job) {
  return job.contains("status") && job["status"].value("succeeded", 0) > 0;
}

// Jobs a second through the API alone: so many at once, each followed to its end by one watch and
// deleted then, as the operator does, with the next made in its place.
class RawRun {
 public:
  explicit RawRun(const Load& load) : load_(load), client_(ClientOfKubeconfig()) {}

  double Rate() {
    kubernetes::WatchHandlers handlers;
    handlers.reached = [](const Status&) {};
    handlers.replaced = [this](std::vector<Json> jobs) {
      for (const auto& job : jobs) See(job);
    };
    handlers.changed = [this](const Json& job) { See(job); };
    handlers.deleted = [](const Json&) {};
    const kubernetes::ObjectWatch watch(*client_, kAllJobs, "bench=raw", std::move(handlers));
    const Time start = absl::Now();
    std::vector<std::thread> slots;
    for (int i = 0; i < load_.parallel; ++i) slots.emplace_back([this] { FillSlot(); });
    for (auto& slot : slots) slot.join();
    return load_.trials / absl::ToDoubleSeconds(absl::Now() - start);
  }

 private:
  void See(const Json& job) {
    if (!HasCompleted(job)) return;
    absl::MutexLock lock(&mutex_);
    ended_.insert(kubernetes::MetadataText(job, "name"));
  }
  void FillSlot() {
    while (true) {
      {
        absl::MutexLock lock(&mutex_);
        if (begun_ == load_.trials) return;
        ++begun_;
      }
      const std::string name = "raw-" + NewUid();
      Value(client_->Create(kAllJobs, RawJob(name, load_)));
      {
        absl::MutexLock lock(&mutex_);
        const auto has_ended = [&] { return ended_.count(name) > 0; };
        mutex_.Await(absl::Condition(&has_ended));
      }
      ObjectPath path = kAllJobs;
      path.name = name;
      const Status deleted = client_->Delete(path, Propagation::kBackground);
      if (!deleted.ok()) Fail(deleted);
    }
  }

  const Load load_;
  const std::unique_ptr<Client> client_;
  absl::Mutex mutex_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> ended_ ABSL_GUARDED_BY(mutex_);
};

nlohmann::json MeasureKubernetes(const Load& load) {
  // Before and after, since the machine's own pace changes.
  const double before = RawRun(load).Rate();
  OperatorChoice engine{.name = "kubernetes"};
  engine.kubernetes.name_space = "default";
  engine.kubernetes.collector_image = "none";
  const Finished finished = RunExperiment(LoadDocument(load), engine);
  const double raw = (before + RawRun(load).Rate()) / 2;
  const double rate = load.trials / finished.seconds;
  std::vector<Time> starts;
  for (const auto& trial : finished.trials) starts.push_back(trial.started);
  const auto gaps = Gaps(starts, finished.trials, load.parallel);
  const double median = gaps[gaps.size() / 2], late = gaps[gaps.size() * 95 / 100];
  std::printf("%-14s %10.1f %10.1f %8.2f %6g %12.0f %12.0f\n", load.name, rate, raw, rate / raw,
              load.aim, median, late);
  std::fflush(stdout);
  return {{"trials_per_second", rate}, {"raw_per_second", raw},    {"ratio", rate / raw},
          {"aim", load.aim},           {"gap_ms_median", median},  {"gap_ms_95", late},
          {"trials", load.trials},     {"parallel", load.parallel}};
}

}  // namespace
}  // namespace qalam::bench

int main(int argc, char** argv) {
  const int slots = argc == 3 ? std::atoi(argv[1]) : 0;
  if (slots <= 0) {
    std::fprintf(stderr, "usage: bench_kubernetes SLOTS RESULTS\n");
    return 2;
  }
  // As the client of the API wants it.
  std::signal(SIGPIPE, SIG_IGN);
  auto results = qalam::bench::ReadResults(argv[2]);
  std::printf("%-14s %10s %10s %8s %6s %12s %12s\n", "Kubernetes", "a second", "raw", "ratio",
              "aim", "next, ms", "95%, ms");
  for (const auto& load : qalam::bench::Loads(slots)) {
    results["kubernetes"][load.name] = qalam::bench::MeasureKubernetes(load);
  }
  qalam::bench::WriteResults(argv[2], results);
  return 0;
}
