#include <algorithm>

#include "api/experiment.h"

namespace qalam {

namespace {

// What Katib takes for a Job when the document says nothing.
constexpr char kJobSucceeded[] = "status.conditions.#(type==\"Complete\")#|#(status==\"True\")#";
constexpr char kJobFailed[] = "status.conditions.#(type==\"Failed\")#|#(status==\"True\")#";

class Refusals {
 public:
  void Add(const std::string& field, const std::string& what, const std::string& allowed) {
    faults_.push_back(
        {"", 0, 0, field, fmt::format("{} is not available in this version; {}", what, allowed)});
  }
  std::vector<Fault> Take() { return std::move(faults_); }

 private:
  std::vector<Fault> faults_;
};

void CheckTemplate(const TrialTemplate& trial_template, Refusals& refusals) {
  const std::string field = "spec.trialTemplate";
  if (trial_template.config_map) {
    refusals.Add(field + ".configMap", "a template from a ConfigMap", "use trialSpec");
    return;
  }
  const Json& manifest = trial_template.trial_spec;
  const std::string version = manifest.value("apiVersion", Json("")).dump();
  const std::string kind = manifest.value("kind", Json("")).dump();
  if (version != "\"batch/v1\"" || kind != "\"Job\"") {
    refusals.Add(field + ".trialSpec", fmt::format("apiVersion {}, kind {}", version, kind),
                 "use a batch/v1 Job");
  }
  if (!trial_template.success_condition.empty() &&
      trial_template.success_condition != kJobSucceeded) {
    refusals.Add(field + ".successCondition", "a condition of one's own", "leave it out");
  }
  if (!trial_template.failure_condition.empty() && trial_template.failure_condition != kJobFailed) {
    refusals.Add(field + ".failureCondition", "a condition of one's own", "leave it out");
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
  switch (spec.metrics_collector.kind) {
    case CollectorKind::kStdOut:
    case CollectorKind::kFile:
    case CollectorKind::kPush:
    case CollectorKind::kNone:
      break;
    default:
      refusals.Add("spec.metricsCollectorSpec.collector.kind", "this collector",
                   "available: StdOut, File, Push, None");
  }
  if (spec.trial_runner == TrialRunner::kOperator) CheckTemplate(spec.trial_template, refusals);
  return refusals.Take();
}

}  // namespace qalam
