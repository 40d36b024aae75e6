#include "api/executable.h"

#include <algorithm>

#include "api/distributed_job.h"
#include "api/document/names.h"
#include "api/slurm_job.h"
#include "api/trial_conditions.h"

namespace qalam {

namespace {

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

// A process has no object that a condition could be about.
void CheckConditions(const TrialTemplate& trial_template, const std::string& field,
                     Refusals& refusals) {
  const auto own = DefaultConditions(trial_template.trial_spec).value_or(ConditionTexts{});
  const std::string allowed = "leave it out, or use --operator kubernetes";
  if (!trial_template.success_condition.empty() &&
      trial_template.success_condition != own.success) {
    refusals.Add(field + ".successCondition", "a condition of one's own", allowed);
  }
  if (!trial_template.failure_condition.empty() &&
      trial_template.failure_condition != own.failure) {
    refusals.Add(field + ".failureCondition", "a condition of one's own", allowed);
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
    refusals.Add(
        field + ".trialSpec", fmt::format("apiVersion {}, kind {}", version, kind),
        fmt::format("processes of one machine are a batch/v1 Job or {}; a {} {} wants Slurm "
                    "(--operator slurm), and other kinds a cluster (--operator kubernetes)",
                    DistributedKindNames(), kSlurmJobVersion, kSlurmJobKind));
  }
  CheckConditions(trial_template, field, refusals);
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

std::vector<Fault> CheckAlgorithm(const ExperimentDocument& document,
                                  const AlgorithmCatalog& catalog) {
  const std::string& chosen = document.spec.algorithm.name;
  const auto names = catalog.Names();
  if (std::find(names.begin(), names.end(), chosen) != names.end()) return {};
  std::string available;
  for (const auto& name : names) available += (available.empty() ? "" : ", ") + name;
  Refusals refusals;
  refusals.Add("spec.algorithm.algorithmName", fmt::format("the algorithm {}", chosen),
               "available: " + available);
  return refusals.Take();
}

std::vector<Fault> CheckLocalTrials(const ExperimentSpec& spec) {
  Refusals refusals;
  CheckCollector(spec, refusals);
  if (spec.trial_runner == TrialRunner::kOperator) CheckTemplate(spec.trial_template, refusals);
  return refusals.Take();
}

std::vector<Fault> CheckExecutable(const ExperimentDocument& document,
                                   const AlgorithmCatalog& catalog) {
  auto faults = CheckAlgorithm(document, catalog);
  for (auto& fault : CheckLocalTrials(document.spec)) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace qalam
