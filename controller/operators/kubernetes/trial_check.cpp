#include "controller/operators/kubernetes/trial_check.h"

#include "api/slurm_job.h"
#include "api/trial_conditions.h"
#include "controller/operators/kubernetes/pod_templates.h"

namespace qalam {

namespace {

constexpr char kTemplateField[] = "spec.trialTemplate";

void AddClusterFault(std::vector<Fault>& faults, const std::string& field,
                     const std::string& message) {
  faults.push_back({"", 0, 0, field, message});
}

void CheckConditionTexts(const TrialTemplate& trial_template, std::vector<Fault>& faults) {
  const ConditionTexts given{trial_template.success_condition, trial_template.failure_condition};
  // One at a time, so that both are told; a good one stands for the other.
  const std::string good = "status";
  for (const auto& texts :
       {ConditionTexts{given.success, good}, ConditionTexts{good, given.failure}}) {
    const auto conditions = TrialConditions::Make(trial_template.trial_spec, texts);
    if (conditions.ok()) continue;
    const std::string message = Message(conditions.status());
    const size_t colon = message.find(": ");
    AddClusterFault(faults, fmt::format("{}.{}", kTemplateField, message.substr(0, colon)),
                    message.substr(colon + 2));
  }
}

void CheckPrimary(const ExperimentSpec& spec, std::vector<Fault>& faults) {
  const TrialTemplate& trial_template = spec.trial_template;
  Json manifest = trial_template.trial_spec;
  std::vector<Fault> found;
  const auto containers = FindPrimaryContainers(
      manifest, {trial_template.primary_container_name, trial_template.primary_pod_labels}, found);
  const std::string field = std::string(kTemplateField) + ".trialSpec";
  for (const auto& fault : found) {
    AddClusterFault(faults, fault.field.empty() ? field : field + "." + fault.field, fault.message);
  }
  for (const auto& container : containers) {
    const auto command = container.container->find("command");
    if (command != container.container->end() && command->is_array() && !command->empty()) continue;
    AddClusterFault(faults, fmt::format("{}.{}.command", field, container.place),
                    "missing; the metrics collector starts the command, and cannot see the one "
                    "that the image has (ENTRYPOINT): write it here, or use a collector of the "
                    "kind None or Push");
  }
}

}  // namespace

bool NeedsCollector(const MetricsCollector& collector) {
  return collector.kind != CollectorKind::kNone && collector.kind != CollectorKind::kPush;
}

std::vector<Fault> CheckClusterTrials(const ExperimentSpec& spec) {
  std::vector<Fault> faults;
  if (spec.trial_runner != TrialRunner::kOperator) return faults;
  const TrialTemplate& trial_template = spec.trial_template;
  if (trial_template.config_map) {
    AddClusterFault(faults, fmt::format("{}.configMap", kTemplateField),
                    "a template from a ConfigMap is not available in this version; use trialSpec");
    return faults;
  }
  if (spec.metrics_collector.kind == CollectorKind::kCustom) {
    AddClusterFault(faults, "spec.metricsCollectorSpec.collector.kind",
                    "Custom is not available in a cluster in this version; use StdOut, File, "
                    "TensorFlowEvent, PrometheusMetric, Push or None");
  }
  if (spec.algorithm.name == "pbt") {
    AddClusterFault(faults, "spec.algorithm.algorithmName",
                    "pbt is not available in a cluster in this version: its trials hand folders on "
                    "to one another");
  }
  if (IsSlurmJob(trial_template.trial_spec)) {
    AddClusterFault(faults, fmt::format("{}.trialSpec", kTemplateField),
                    fmt::format("a {} runs on Slurm alone, with --operator slurm", kSlurmJobKind));
    return faults;
  }
  CheckConditionTexts(trial_template, faults);
  if (NeedsCollector(spec.metrics_collector)) CheckPrimary(spec, faults);
  return faults;
}

}  // namespace qalam
