#include "server/katib_trials.h"

#include <absl/synchronization/notification.h>

#include "server/find.h"

namespace qalam {

namespace {

StatusOr<std::vector<ObservedValue>> ReadStored(Store& store, const std::string& trial,
                                                const std::string& metric) {
  ASSIGN_OR_RETURN(const auto found, FindTrialByName(store, trial));
  ASSIGN_OR_RETURN(const auto series,
                   store.ReadMetrics({.trial_uid = found.uid, .metric = metric}));
  std::vector<ObservedValue> values;
  values.reserve(series.points.size());
  for (const auto& point : series.points) values.push_back({point.step, point.value});
  return values;
}

Status StopStored(Store& store, Controller* controller, const std::string& trial) {
  ASSIGN_OR_RETURN(const auto found, FindTrialByName(store, trial));
  // A collector that repeats its call has been heard.
  if (found.state == TrialState::kEarlyStopped) return absl::OkStatus();
  if (controller == nullptr) {
    return FailedPrecondition("no trials are run by this process, so none can be stopped");
  }
  Status status;
  absl::Notification answered;
  controller->StopEarly(found.experiment_uid, {.trial_uid = found.uid,
                                               .because = "its metrics collector found it hopeless",
                                               .answer = [&](const StatusOr<TrialRecord>& stopped) {
                                                 status = stopped.status();
                                                 answered.Notify();
                                               }});
  answered.WaitForNotification();
  return status;
}

}  // namespace

EarlyStoppingWorld StoredTrials(Store& store, Controller* controller) {
  return {.read_observations =
              [&store](const std::string&, const std::string& trial, const std::string& metric) {
                return ReadStored(store, trial, metric);
              },
          .set_early_stopped =
              [&store, controller](const std::string& trial) {
                return StopStored(store, controller, trial);
              }};
}

}  // namespace qalam
