#include "server/cluster/experiment_edit.h"

#include "controller/stored_document.h"
#include "suggestion/registry.h"

namespace qalam::cluster {

namespace {

// What creation writes into a document, and what may be edited, as `stored` has it.
void TakeAsStored(const ExperimentSpec& stored, ExperimentSpec& spec) {
  spec.seed = stored.seed;
  spec.warm_start = stored.warm_start;
  spec.max_trial_count = stored.max_trial_count;
  spec.parallel_trial_count = stored.parallel_trial_count;
  spec.max_failed_trial_count = stored.max_failed_trial_count;
}

// "objective, parameters"
std::string DifferentFields(const Json& a, const Json& b) {
  std::string fields;
  for (const auto& [field, value] : a.items()) {
    if (b.contains(field) && b[field] == value) continue;
    fields += (fields.empty() ? "" : ", ") + field;
  }
  for (const auto& [field, value] : b.items()) {
    if (!a.contains(field)) fields += (fields.empty() ? "" : ", ") + field;
  }
  return fields;
}

}  // namespace

ObjectEdit EditOf(const std::string& document, const ExperimentRecord& experiment) {
  const auto stored = ParseStoredDocument(experiment.document_json);
  if (!stored.ok()) return {.refused = Message(stored.status())};
  const auto parsed = ParseDocuments(document, "object", RegisteredAlgorithms());
  if (!parsed.faults.empty()) {
    std::string refused = "the object's spec is no longer valid and is not followed: ";
    for (const auto& fault : parsed.faults) {
      refused += fmt::format("{}{}: {}", &fault == &parsed.faults.front() ? "" : "; ", fault.field,
                             fault.message);
    }
    return {.refused = refused};
  }
  ExperimentDocument wanted = parsed.documents.front();
  const ExperimentSpec& now = stored->spec;
  ObjectEdit edit;
  v1::EditBudgetRequest budget;
  budget.mutable_experiment()->set_namespace_(experiment.name_space);
  budget.mutable_experiment()->set_name(experiment.name);
  if (wanted.spec.max_trial_count && wanted.spec.max_trial_count != now.max_trial_count) {
    budget.set_max_trial_count(*wanted.spec.max_trial_count);
  }
  if (wanted.spec.parallel_trial_count != now.parallel_trial_count) {
    budget.set_parallel_trial_count(wanted.spec.parallel_trial_count);
  }
  if (wanted.spec.max_failed_trial_count &&
      wanted.spec.max_failed_trial_count != now.max_failed_trial_count) {
    budget.set_max_failed_trial_count(*wanted.spec.max_failed_trial_count);
  }
  if (budget.has_max_trial_count() || budget.has_parallel_trial_count() ||
      budget.has_max_failed_trial_count()) {
    edit.budget = budget;
  }
  TakeAsStored(now, wanted.spec);
  const std::string fields = DifferentFields(ToJson(wanted)["spec"], ToJson(*stored)["spec"]);
  if (!fields.empty()) {
    edit.refused = fmt::format(
        "of an experiment that has begun only parallelTrialCount, maxTrialCount and "
        "maxFailedTrialCount can be changed, not {}",
        fields);
  }
  return edit;
}

}  // namespace qalam::cluster
