#include "server/identity/call_objects.h"

namespace qalam {

namespace {

// Empty is "default", as for whoever finds the object.
template <typename ObjectName>
CallObject Named(const ObjectName& name, bool is_trial) {
  return {name.namespace_().empty() ? "default" : name.namespace_(), name.name(), is_trial};
}

CallObjects Experiment(const v1::ExperimentName& name) { return {Named(name, false)}; }
CallObjects Trial(const v1::TrialName& name) { return {Named(name, true)}; }
CallObjects KatibTrial(const std::string& name) { return {{"", name, true}}; }

// Of requests about several trials.
template <typename Entries>
CallObjects Trials(const Entries& entries) {
  CallObjects objects;
  for (const auto& entry : entries) objects.push_back(Named(entry.trial(), true));
  return objects;
}

}  // namespace

CallObjects ObjectsOf(const v1::ExperimentName& request) { return Experiment(request); }
CallObjects ObjectsOf(const v1::TrialName& request) { return Trial(request); }
CallObjects ObjectsOf(const v1::CreateExperimentsRequest&) { return {}; }
CallObjects ObjectsOf(const v1::ValidateDocumentRequest&) { return {}; }
CallObjects ObjectsOf(const v1::GetExperimentRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::ListExperimentsRequest&) { return {}; }
CallObjects ObjectsOf(const v1::EditBudgetRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::ListTrialsRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::ListEventsRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::ReportMetricsRequest& request) { return Trials(request.trials()); }
CallObjects ObjectsOf(const v1::ReadMetricsRequest& request) { return Trial(request.trial()); }
CallObjects ObjectsOf(const v1::ReadLogsRequest& request) { return Trial(request.trial()); }
CallObjects ObjectsOf(const v1::AddTrialRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::AskTrialsRequest& request) {
  return Experiment(request.experiment());
}
CallObjects ObjectsOf(const v1::TellTrialRequest& request) { return Trial(request.trial()); }
CallObjects ObjectsOf(const v1::TellTrialsRequest& request) { return Trials(request.trials()); }
CallObjects ObjectsOf(const v1::RenewLeasesRequest& request) { return Trials(request.leases()); }
CallObjects ObjectsOf(const v1::ListAlgorithmsRequest&) { return {}; }
CallObjects ObjectsOf(const v1::GetServerInfoRequest&) { return {}; }
CallObjects ObjectsOf(const v1::CreateTokenRequest&) { return {}; }
CallObjects ObjectsOf(const v1::ListTokensRequest&) { return {}; }
CallObjects ObjectsOf(const v1::RevokeTokenRequest& request) { return {{"", request.id(), false}}; }
CallObjects ObjectsOf(const v1::ListAuditRequest&) { return {}; }
CallObjects ObjectsOf(const ::api::v1::beta1::ReportObservationLogRequest& request) {
  return KatibTrial(request.trial_name());
}
CallObjects ObjectsOf(const ::api::v1::beta1::GetObservationLogRequest& request) {
  return KatibTrial(request.trial_name());
}
CallObjects ObjectsOf(const ::api::v1::beta1::DeleteObservationLogRequest& request) {
  return KatibTrial(request.trial_name());
}

}  // namespace qalam
