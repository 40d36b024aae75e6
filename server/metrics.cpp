#include "server/metrics.h"

#include "api/convert.h"
#include "controller/early_stopper.h"
#include "server/client_requests.h"
#include "server/find.h"

namespace qalam {

namespace {

constexpr int64_t kMostPoints = 100000;  // of one ReportMetrics call

Status CheckReportable(const TrialRecord& trial, const std::string& lease) {
  if (IsTerminal(trial.state)) {
    return FailedPrecondition("trial {} has ended ({}); it takes no more metrics", trial.name,
                              Name(trial.state));
  }
  if (!lease.empty() && lease != trial.lease) {
    return FailedPrecondition("the lease of trial {} has ended, and \"{}\" has the trial now",
                              trial.name, trial.worker);
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::vector<HeardTrial>> ReportMetrics(Store& store, Time now,
                                                const v1::ReportMetricsRequest& request,
                                                v1::ReportMetricsReply& reply) {
  WriteBatch batch;
  std::vector<HeardTrial> heard;
  int64_t count = 0;
  for (const auto& entry : request.trials()) {
    count += entry.points_size();
    if (count > kMostPoints) {
      return InvalidArgument("one call may report at most {} points", kMostPoints);
    }
    ASSIGN_OR_RETURN(const auto found, FindTrial(store, entry.trial()));
    RETURN_IF_ERROR(CheckReportable(found.trial, entry.lease()));
    TrialPoints points{.trial_uid = found.trial.uid};
    points.points.reserve(static_cast<size_t>(entry.points_size()));
    for (const auto& point : entry.points()) {
      ASSIGN_OR_RETURN(auto made, MakePoint(point, now));
      points.points.push_back(std::move(made));
    }
    batch.append_points.push_back(std::move(points));
    heard.push_back({found.experiment.uid, found.trial.uid, entry.lease(), {}});
    if (found.experiment.stop_requested || found.experiment.delete_requested ||
        IsBeingStopped(found.trial)) {
      *reply.add_should_stop() = entry.trial();
    }
  }
  RETURN_IF_ERROR(store.Commit(batch));
  for (size_t i = 0; i < heard.size(); ++i)
    heard[i].points = std::move(batch.append_points[i].points);
  reply.set_accepted(count);
  return heard;
}

Status ReadMetrics(Store& store, const v1::ReadMetricsRequest& request,
                   v1::ReadMetricsReply& reply) {
  ASSIGN_OR_RETURN(const auto found, FindTrial(store, request.trial()));
  ASSIGN_OR_RETURN(const auto series, store.ReadMetrics({.trial_uid = found.trial.uid,
                                                         .metric = request.metric(),
                                                         .max_points = request.max_points()}));
  reply.set_total(series.total);
  for (const auto& point : series.points) {
    auto* message = reply.add_points();
    message->set_metric(point.metric);
    *message->mutable_time() = ToProto(point.time);
    message->set_value(point.value);
    message->set_step(point.step);
    message->set_text(point.text);
  }
  return absl::OkStatus();
}

}  // namespace qalam
