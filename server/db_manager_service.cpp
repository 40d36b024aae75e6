#include <cmath>

#include "api/grpc_status.h"
#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "server/client_requests.h"
#include "server/experiment_service.h"
#include "server/find.h"
#include "server/identity/call_guard.h"

namespace qalam {

namespace {

namespace katib = ::api::v1::beta1;

// What Katib's collectors send where there is no value.
constexpr char kUnavailable[] = "unavailable";

bool ReadValue(const std::string& text, double& value) {
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

class DbManagerService final : public katib::DBManager::Service {
 public:
  DbManagerService(Store& store, Controller* controller, Authority& authority)
      : store_(store),
        controller_(controller),
        guard_(authority, katib::DBManager::service_full_name()) {}

  grpc::Status ReportObservationLog(grpc::ServerContext* context,
                                    const katib::ReportObservationLogRequest* request,
                                    katib::ReportObservationLogReply*) override {
    return guard_.Run(*context, "ReportObservationLog", *request,
                      [&](GuardedCall& call) { return Report(call.identity(), *request); });
  }
  grpc::Status GetObservationLog(grpc::ServerContext* context,
                                 const katib::GetObservationLogRequest* request,
                                 katib::GetObservationLogReply* reply) override {
    return guard_.Run(*context, "GetObservationLog", *request,
                      [&](GuardedCall& call) { return Get(call.identity(), *request, *reply); });
  }
  grpc::Status DeleteObservationLog(grpc::ServerContext* context,
                                    const katib::DeleteObservationLogRequest* request,
                                    katib::DeleteObservationLogReply*) override {
    return guard_.Run(*context, "DeleteObservationLog", *request, [&](GuardedCall&) {
      return Unimplemented("observations go with their experiment; delete that instead");
    });
  }

 private:
  // A trial's own token is for that trial, whatever other namespaces call theirs.
  StatusOr<TrialRecord> Find(const Identity& identity, const std::string& name) {
    if (!identity.IsTrial()) return FindTrialByName(store_, name);
    ASSIGN_OR_RETURN(auto trials, store_.ListTrials({.uid = identity.trial_uid}));
    if (trials.empty()) return NotFound("there is no trial {}", name);
    return std::move(trials.front());
  }

  Status Report(const Identity& identity, const katib::ReportObservationLogRequest& request) {
    ASSIGN_OR_RETURN(const auto trial, Find(identity, request.trial_name()));
    TrialPoints points{.trial_uid = trial.uid};
    for (const auto& log : request.observation_log().metric_logs()) {
      MetricPoint point{.metric = log.metric().name()};
      if (!ParseTime(log.time_stamp(), &point.time)) {
        return InvalidArgument("time_stamp should be in RFC 3339, not \"{}\"", log.time_stamp());
      }
      if (!ReadValue(log.metric().value(), point.value)) {
        if (log.metric().value().empty() || log.metric().value() == kUnavailable) continue;
        point.value = NAN;
        point.text = log.metric().value();
      }
      RETURN_IF_ERROR(CheckMetric(point.metric, point.text));
      points.points.push_back(std::move(point));
    }
    const WriteBatch batch{.append_points = {std::move(points)}};
    RETURN_IF_ERROR(store_.Commit(batch));
    if (controller_ != nullptr) {
      controller_->Reported(trial.experiment_uid, batch.append_points.front());
    }
    return absl::OkStatus();
  }

  Status Get(const Identity& identity, const katib::GetObservationLogRequest& request,
             katib::GetObservationLogReply& reply) {
    ASSIGN_OR_RETURN(const auto trial, Find(identity, request.trial_name()));
    Time begin = absl::InfinitePast(), end = absl::InfiniteFuture();
    if (!request.start_time().empty() && !ParseTime(request.start_time(), &begin)) {
      return InvalidArgument("start_time should be in RFC 3339");
    }
    if (!request.end_time().empty() && !ParseTime(request.end_time(), &end)) {
      return InvalidArgument("end_time should be in RFC 3339");
    }
    ASSIGN_OR_RETURN(const auto series,
                     store_.ReadMetrics({.trial_uid = trial.uid, .metric = request.metric_name()}));
    for (const auto& point : series.points) {
      if (point.time < begin || point.time > end) continue;
      auto* log = reply.mutable_observation_log()->add_metric_logs();
      log->set_time_stamp(qalam::FormatTime(point.time));
      log->mutable_metric()->set_name(point.metric);
      log->mutable_metric()->set_value(point.text.empty() ? fmt::format("{}", point.value)
                                                          : point.text);
    }
    return absl::OkStatus();
  }

  Store& store_;
  Controller* const controller_;
  CallGuard guard_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeKatibDbManagerService(Store& store, Controller* controller,
                                                         Authority& authority) {
  return std::make_unique<DbManagerService>(store, controller, authority);
}

}  // namespace qalam
