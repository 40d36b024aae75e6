#include "controller/controller.h"

#include "controller/controller_loop.h"

namespace qalam {

Controller::Controller(Store& store, TrialOperator& trial_operator, SuggestionClient& suggestions,
                       const Clock& clock, ControllerOptions options)
    : loop_(std::make_unique<Loop>(store, trial_operator, suggestions, clock, options)) {}
Controller::~Controller() = default;

Status Controller::Start() { return loop_->Start(); }
void Controller::Enqueue(const std::string& experiment_uid) { loop_->Enqueue(experiment_uid); }

void Controller::TakeOver(const std::string& experiment_uid) { loop_->TakeOver(experiment_uid); }
void Controller::OnChange(std::function<void(const std::string&)> changed) {
  loop_->OnChange(std::move(changed));
}
uint64_t Controller::Ask(const std::string& experiment_uid, AskCall call) {
  return loop_->Ask(experiment_uid, std::move(call));
}
void Controller::CancelAsk(const std::string& experiment_uid, uint64_t id) {
  loop_->CancelAsk(experiment_uid, id);
}
void Controller::Tell(const std::string& experiment_uid, TellCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::tells);
}
void Controller::Renew(const std::string& experiment_uid, RenewCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::renewals);
}
void Controller::AddTrial(const std::string& experiment_uid, AddCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::additions);
}
void Controller::StopEarly(const std::string& experiment_uid, StopCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::stops);
}
void Controller::Reported(const std::string& experiment_uid, TrialPoints points) {
  loop_->Reported(experiment_uid, std::move(points));
}
ControllerLoad Controller::Load() const { return loop_->Load(); }
void Controller::Stop() { loop_->Stop(); }

}  // namespace qalam
