#include "suggestion/service/katib_early_stopping.h"

#include <grpcpp/grpcpp.h>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "suggestion/early_stopping/stopping_registry.h"
#include "suggestion/service/katib_history.h"

namespace qalam {

namespace {

namespace katib = ::api::v1::beta1;

// A DBManager answers in milliseconds; one that does not is not there.
constexpr auto kDatabaseTimeout = std::chrono::seconds(10);

// The rules that Katib's one message can say: see StoppingRule::Bounds.
std::string FixedRules() {
  std::string names;
  for (const auto& entry : StoppingRegistry()) {
    if (entry.has_bounds) names += (names.empty() ? "" : ", ") + entry.name;
  }
  return names;
}

Status CheckFixed(const std::string& rule) {
  const auto* entry = FindStoppingRule(rule);
  if (entry == nullptr || entry->has_bounds) return absl::OkStatus();
  return InvalidArgument(
      "{} looks at the other trials while they run, which a bound that is fixed when a trial "
      "begins cannot say; over this service there are: {}",
      rule, FixedRules());
}

bool HasEnded(const katib::Trial& trial) {
  const auto condition = trial.status().condition();
  return condition == katib::TrialStatus::SUCCEEDED ||
         condition == katib::TrialStatus::EARLYSTOPPED;
}

class KatibEarlyStoppingService final : public katib::EarlyStopping::Service {
 public:
  explicit KatibEarlyStoppingService(EarlyStoppingWorld world) : world_(std::move(world)) {}

  grpc::Status GetEarlyStoppingRules(grpc::ServerContext* context,
                                     const katib::GetEarlyStoppingRulesRequest* request,
                                     katib::GetEarlyStoppingRulesReply* reply) override {
    return ToGrpc(GetRules(*request, *reply));
  }

  grpc::Status SetTrialStatus(grpc::ServerContext* context,
                              const katib::SetTrialStatusRequest* request,
                              katib::SetTrialStatusReply* reply) override {
    if (request->trial_name().empty()) return ToGrpc(InvalidArgument("trial_name is missing"));
    return ToGrpc(world_.set_early_stopped(request->trial_name()));
  }

  grpc::Status ValidateEarlyStoppingSettings(
      grpc::ServerContext* context, const katib::ValidateEarlyStoppingSettingsRequest* request,
      katib::ValidateEarlyStoppingSettingsReply* reply) override {
    ExperimentSpec spec;
    // Katib sends the settings alone; the metric that they may name is checked with the rules.
    spec.early_stopping = GivenBy(request->early_stopping(), /*with_metric=*/false);
    return ToGrpc(Check(spec));
  }

 private:
  static EarlyStopping GivenBy(const katib::EarlyStoppingSpec& message, bool with_metric) {
    EarlyStopping given{.algorithm_name = message.algorithm_name()};
    for (const auto& setting : message.algorithm_settings()) {
      if (!with_metric && setting.name() == kStoppingMetricSetting) continue;
      given.settings.push_back({setting.name(), setting.value()});
    }
    return given;
  }

  static Status Check(const ExperimentSpec& spec) {
    RETURN_IF_ERROR(CheckFixed(spec.early_stopping->algorithm_name));
    std::string faults;
    for (const auto& fault : CheckEarlyStopping(spec)) {
      faults += (faults.empty() ? "" : "; ") + fault.message;
    }
    if (faults.empty()) return absl::OkStatus();
    return InvalidArgument("{}", faults);
  }

  Status GetRules(const katib::GetEarlyStoppingRulesRequest& request,
                  katib::GetEarlyStoppingRulesReply& reply) const {
    const auto& experiment = request.experiment().spec();
    ExperimentSpec spec;
    spec.objective.metric_name = experiment.objective().objective_metric_name();
    spec.objective.type = experiment.objective().type() == katib::MAXIMIZE
                              ? ObjectiveType::kMaximize
                              : ObjectiveType::kMinimize;
    spec.early_stopping = GivenBy(experiment.early_stopping(), /*with_metric=*/true);
    RETURN_IF_ERROR(Check(spec));
    ASSIGN_OR_RETURN(const auto made, CreateEarlyStopping(spec));
    const EarlyStoppingRule& rule = made.value();
    const WatchedMetric& metric = rule.metrics.front();
    TrialCurves curves;
    for (const auto& trial : request.trials()) {
      if (!HasEnded(trial)) continue;
      const auto values =
          world_.read_observations(request.db_manager_address(), trial.name(), metric.name);
      // One whose log is gone is no yardstick; the others still are.
      if (values.status().code() == StatusCode::kNotFound) continue;
      RETURN_IF_ERROR(values.status());
      for (const auto& seen : *values) {
        curves.Add(trial.name(), seen.step, metric.maximize ? -seen.value : seen.value);
      }
    }
    for (const auto& bound : rule.rule->Bounds({&curves, 1})) {
      auto* said = reply.add_early_stopping_rules();
      said->set_name(metric.name);
      said->set_value(fmt::format("{}", metric.maximize ? -bound.loss : bound.loss));
      // Above in losses is below in what is maximised.
      said->set_comparison(bound.is_upper != metric.maximize ? katib::GREATER : katib::LESS);
      said->set_start_step(static_cast<int32_t>(bound.start_step));
    }
    return absl::OkStatus();
  }

  const EarlyStoppingWorld world_;
};

StatusOr<std::vector<ObservedValue>> ReadRemote(const std::string& address,
                                                const std::string& trial,
                                                const std::string& metric) {
  if (address.empty()) return InvalidArgument("db_manager_address is missing");
  const auto stub =
      katib::DBManager::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  katib::GetObservationLogRequest request;
  request.set_trial_name(trial);
  request.set_metric_name(metric);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDatabaseTimeout);
  katib::GetObservationLogReply reply;
  const auto status = stub->GetObservationLog(&context, request, &reply);
  if (!status.ok()) {
    return Status(FromGrpc(status).code(),
                  fmt::format("the DBManager at {}: {}", address, status.error_message()));
  }
  std::vector<ObservedValue> values;
  for (const auto& log : reply.observation_log().metric_logs()) {
    const auto value = log.metric().name() == metric ? NumberOf(log.metric()) : std::nullopt;
    if (value) values.push_back({.value = *value});
  }
  return values;
}

}  // namespace

std::unique_ptr<grpc::Service> MakeKatibEarlyStoppingService(EarlyStoppingWorld world) {
  return std::make_unique<KatibEarlyStoppingService>(std::move(world));
}

EarlyStoppingWorld RemoteEarlyStoppingWorld() {
  return {.read_observations = ReadRemote, .set_early_stopped = [](const std::string& trial) {
            return Unimplemented(
                "this server only answers questions and keeps no trials, so it cannot mark {} as "
                "stopped early; `qalam serve` can",
                trial);
          }};
}

}  // namespace qalam
