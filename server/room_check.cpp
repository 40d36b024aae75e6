#include "server/room_check.h"

#include "controller/operators/job_needs.h"

namespace qalam {

Status CheckRoomForTrials(TrialOperator& trial_operator, const ExperimentDocument& document) {
  if (document.spec.trial_runner != TrialRunner::kOperator) return absl::OkStatus();
  const TrialTemplate& trial_template = document.spec.trial_template;
  const auto needs = NeedsOf(trial_template, trial_template.trial_spec);
  const Status status = needs.ok() ? trial_operator.CheckFits(needs->resources) : needs.status();
  return WithContext(status, fmt::format("{}: spec.trialTemplate", document.metadata.name));
}

}  // namespace qalam
