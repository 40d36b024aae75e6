#include "server/room_check.h"

#include "controller/operators/job_needs.h"

namespace qalam {

namespace {

Status CheckRoomFor(TrialOperator& trial_operator, const ExperimentDocument& document) {
  if (document.spec.trial_runner != TrialRunner::kOperator) return absl::OkStatus();
  const TrialTemplate& trial_template = document.spec.trial_template;
  Status status = trial_operator.CheckManifest(trial_template.trial_spec);
  const auto needs = NeedsOf(trial_template, trial_template.trial_spec);
  if (status.ok()) status = needs.status();
  if (status.ok()) status = trial_operator.CheckFits(needs->resources);
  return WithContext(status, fmt::format("{}: spec.trialTemplate", document.metadata.name));
}

}  // namespace

Status CheckRoomForTrials(TrialOperator& trial_operator,
                          const std::vector<ExperimentDocument>& documents) {
  StatusCode code = StatusCode::kOk;
  std::string faults;
  for (const auto& document : documents) {
    const Status status = CheckRoomFor(trial_operator, document);
    if (status.ok()) continue;
    if (code == StatusCode::kOk) code = status.code();
    if (!faults.empty()) faults += '\n';
    faults += Message(status);
  }
  return faults.empty() ? absl::OkStatus() : MakeStatus(code, faults);
}

}  // namespace qalam
