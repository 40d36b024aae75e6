#include <algorithm>

#include "api/distributed_job.h"
#include "api/document/names.h"
#include "api/experiment.h"
#include "api/slurm_job.h"

namespace qalam {

namespace {

// What Katib takes for a Job when the document says nothing, and for Kubeflow's kinds.
constexpr char kJobSucceeded[] = "status.conditions.#(type==\"Complete\")#|#(status==\"True\")#";
constexpr char kKubeflowSucceeded[] =
    "status.conditions.#(type==\"Succeeded\")#|#(status==\"True\")#";
constexpr char kJobFailed[] = "status.conditions.#(type==\"Failed\")#|#(status==\"True\")#";

class Refusals {
 public:
  void Add(const std::string& field, const std::string& what, const std::string& allowed) {
    faults_.push_back(
        {"", 0, 0, field, fmt::format("{} is not available in this version; {}", what, allowed)});
  }
  void AddMissing(const std::string& field, const std::string& message) {
    faults_.push_back({"", 0, 0, field, message});
  }
  // Of a job that cannot run in any version.
  void AddFault(Fault fault) { faults_.push_back(std::move(fault)); }
  std::vector<Fault> Take() { return std::move(faults_); }

 private:
  std::vector<Fault> faults_;
};

// "a kubeflow.org/v1 PyTorchJob, ..."
std::string DistributedKindNames() {
  std::vector<std::string> names;
  for (const auto& kind : DistributedKinds()) {
    for (const auto& version : kind.api_versions) {
      names.push_back(fmt::format("a {} {}", version, kind.name));
    }
  }
  return document::OneOf(names);
}

void CheckReplicas(const DistributedKind& kind, const TrialTemplate& trial_template,
                   const std::string& field, Refusals& refusals) {
  std::vector<Fault> faults;
  ReadReplicaGroups(kind, trial_template.trial_spec, trial_template.primary_container_name, faults);
  for (auto& fault : faults) {
    fault.field = field + fault.field;
    refusals.AddFault(std::move(fault));
  }
}

void CheckSlurmJob(const TrialTemplate& trial_template, const std::string& field,
                   Refusals& refusals) {
  std::vector<Fault> faults;
  ReadSlurmJob(trial_template.trial_spec, faults);
  for (auto& fault : faults) {
    fault.field = field + fault.field;
    refusals.AddFault(std::move(fault));
  }
}

void CheckTemplate(const TrialTemplate& trial_template, Refusals& refusals) {
  const std::string field = "spec.trialTemplate";
  if (trial_template.config_map) {
    refusals.Add(field + ".configMap", "a template from a ConfigMap", "use trialSpec");
    return;
  }
  const Json& manifest = trial_template.trial_spec;
  const DistributedKind* distributed = FindDistributedKind(manifest);
  const std::string version = manifest.value("apiVersion", Json("")).dump();
  const std::string kind = manifest.value("kind", Json("")).dump();
  if (distributed != nullptr) {
    CheckReplicas(*distributed, trial_template, field + ".trialSpec.", refusals);
  } else if (IsSlurmJob(manifest)) {
    CheckSlurmJob(trial_template, field + ".trialSpec.", refusals);
  } else if (version != "\"batch/v1\"" || kind != "\"Job\"") {
    refusals.Add(field + ".trialSpec", fmt::format("apiVersion {}, kind {}", version, kind),
                 fmt::format("use a batch/v1 Job, a {} {} or {}", kSlurmJobVersion, kSlurmJobKind,
                             DistributedKindNames()));
  }
  if (!trial_template.success_condition.empty() &&
      trial_template.success_condition !=
          (distributed != nullptr ? kKubeflowSucceeded : kJobSucceeded)) {
    refusals.Add(field + ".successCondition", "a condition of one's own", "leave it out");
  }
  if (!trial_template.failure_condition.empty() && trial_template.failure_condition != kJobFailed) {
    refusals.Add(field + ".failureCondition", "a condition of one's own", "leave it out");
  }
}

void CheckCollector(const ExperimentSpec& spec, Refusals& refusals) {
  const std::string field = "spec.metricsCollectorSpec.";
  const MetricsCollector& collector = spec.metrics_collector;
  if (collector.kind == CollectorKind::kCustom) {
    const Json& container = collector.custom_collector;
    const std::string path = field + "collector.customCollector.";
    if (!container.contains("command") || container["command"].empty()) {
      refusals.AddMissing(path + "command",
                          "missing; a local process has no image to take it from");
    }
    const Json environment = container.value("env", Json::array());
    for (size_t i = 0; i < environment.size(); ++i) {
      if (!environment[i].contains("valueFrom")) continue;
      refusals.Add(fmt::format("{}env[{}].valueFrom", path, i), "a value from elsewhere",
                   "give a value; the trial's own are in QALAM_TRIAL_NAME and its kin");
    }
  }
  // They would all answer for one another.
  if (collector.kind == CollectorKind::kPrometheusMetric && spec.parallel_trial_count != 1 &&
      collector.http_get.value("port", 0) != 0) {
    refusals.Add(field + "source.httpGet.port", "one port for trials that run side by side",
                 "use port 0, which gives each trial one of its own in QALAM_METRICS_PORT, or "
                 "parallelTrialCount 1");
  }
}

}  // namespace

std::vector<Fault> CheckExecutable(const ExperimentDocument& document,
                                   const AlgorithmCatalog& catalog) {
  const ExperimentSpec& spec = document.spec;
  Refusals refusals;
  const auto names = catalog.Names();
  if (std::find(names.begin(), names.end(), spec.algorithm.name) == names.end()) {
    std::string available;
    for (const auto& name : names) available += (available.empty() ? "" : ", ") + name;
    refusals.Add("spec.algorithm.algorithmName",
                 fmt::format("the algorithm {}", spec.algorithm.name), "available: " + available);
  }
  CheckCollector(spec, refusals);
  if (spec.trial_runner == TrialRunner::kOperator) CheckTemplate(spec.trial_template, refusals);
  return refusals.Take();
}

}  // namespace qalam
