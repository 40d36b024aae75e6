#include "server/cluster/object_status.h"

#include <absl/time/time.h>

#include <array>
#include <cmath>

#include "api/convert.h"
#include "base/utf8.h"

namespace qalam::cluster {

namespace {

// Katib's word for a value that is none.
constexpr char kUnavailable[] = "unavailable";
// Of a condition's message: an object holds 1.5 MB in all.
constexpr size_t kLongestMessage = 32 << 10;

std::string TimeText(Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}
std::string TimeText(const ::google::protobuf::Timestamp& time) {
  return TimeText(FromProto(time));
}

std::string MetricText(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : kUnavailable;
}

Json Condition(const char* type, bool holds, const std::string& reason, std::string message,
               const std::string& time) {
  if (message.size() > kLongestMessage) {
    message = std::string(WholeCharacters(message, kLongestMessage)) + " ...";
  }
  return {{"type", type},           {"status", holds ? "True" : "False"},
          {"reason", reason},       {"message", message},
          {"lastUpdateTime", time}, {"lastTransitionTime", time}};
}

// Katib's reason for what Qalam calls otherwise; others are Qalam's, with Katib's prefix.
std::string EndingReason(const std::string& reason) {
  static const std::map<std::string, std::string> kKatibs = {
      {"SearchSpaceExhausted", "SuggestionEndReached"},
      {"MaxFailedTrialsReached", "Failed"},
      {"UserStopped", "Stopped"}};
  const auto found = kKatibs.find(reason);
  return "Experiment" + (found == kKatibs.end() ? reason : found->second);
}

// The objective comes first, as the tables of `kubectl get` show it.
Json Observation(const v1::Trial& trial, const std::string& objective) {
  Json metrics = Json::array();
  for (const auto& metric : trial.metrics()) {
    const bool in_words = !metric.text().empty();
    metrics.insert(metric.name() == objective ? metrics.begin() : metrics.end(),
                   Json{{"name", metric.name()},
                        {"min", MetricText(metric.min())},
                        {"max", MetricText(metric.max())},
                        {"latest", in_words ? metric.text() : MetricText(metric.latest())}});
  }
  return {{"metrics", metrics}};
}

// The names of one state's trials and how many they are.
struct StateFields {
  v1::TrialState state;
  const char* list;
  const char* count;
};
constexpr std::array<StateFields, 7> kStateFields = {{
    {v1::TRIAL_PENDING, "pendingTrialList", "trialsPending"},
    {v1::TRIAL_RUNNING, "runningTrialList", "trialsRunning"},
    {v1::TRIAL_SUCCEEDED, "succeededTrialList", "trialsSucceeded"},
    {v1::TRIAL_FAILED, "failedTrialList", "trialsFailed"},
    {v1::TRIAL_KILLED, "killedTrialList", "trialsKilled"},
    {v1::TRIAL_EARLY_STOPPED, "earlyStoppedTrialList", "trialsEarlyStopped"},
    {v1::TRIAL_METRICS_UNAVAILABLE, "metricsUnavailableTrialList", "trialMetricsUnavailable"},
}};

void PutTrials(const std::vector<v1::Trial>& trials, Json& status) {
  status["trials"] = trials.size();
  for (const auto& [state, list, count] : kStateFields) {
    Json names = Json::array();
    for (const auto& trial : trials) {
      if (trial.state() == state) names.push_back(trial.name());
    }
    if (names.empty()) continue;
    status[count] = names.size();
    status[list] = std::move(names);
  }
}

Json Conditions(const v1::Experiment& experiment, const std::string& note) {
  const std::string created = TimeText(experiment.created());
  const std::string completed = TimeText(experiment.completed());
  Json conditions = Json::array(
      {Condition("Created", true, "ExperimentCreated", "Experiment is created", created)});
  const auto noted = [&](std::string text) { return note.empty() ? text : text + "; " + note; };
  const bool begun = experiment.has_started();
  const auto running = [&](bool holds) {
    if (!begun) return;
    const std::string text = experiment.paused() ? "Experiment is paused" : "Experiment is running";
    conditions.push_back(Condition("Running", holds, "ExperimentRunning",
                                   holds ? noted(text) : "Experiment is not running",
                                   holds ? TimeText(experiment.started()) : completed));
  };
  switch (experiment.state()) {
    case v1::EXPERIMENT_RESTARTING:
      running(false);
      conditions.push_back(Condition("Restarting", true, "ExperimentRestarting",
                                     noted("Experiment is restarted"), created));
      break;
    case v1::EXPERIMENT_SUCCEEDED:
    case v1::EXPERIMENT_FAILED:
    case v1::EXPERIMENT_STOPPED:
      running(false);
      conditions.push_back(
          Condition(experiment.state() == v1::EXPERIMENT_SUCCEEDED ? "Succeeded" : "Failed", true,
                    EndingReason(experiment.reason()), noted(experiment.message()), completed));
      break;
    default:
      running(true);
      break;
  }
  return conditions;
}

Json WithoutReconcileTime(const Json& status) {
  Json rest = status.is_object() ? status : Json::object();
  rest.erase("lastReconcileTime");
  return rest;
}

// Without regard to the order of fields.
bool IsSame(const Json& a, const Json& b) {
  return nlohmann::json::parse(a.dump()) == nlohmann::json::parse(b.dump());
}

}  // namespace

Json ExperimentStatus(const v1::Experiment& experiment, const std::vector<v1::Trial>& trials,
                      const std::string& note) {
  Json status;
  status["startTime"] = TimeText(experiment.created());
  if (experiment.has_completed()) status["completionTime"] = TimeText(experiment.completed());
  status["conditions"] = Conditions(experiment, note);
  if (experiment.has_best_trial()) {
    const auto& best = experiment.best_trial();
    Json assignments = Json::array();
    for (const auto& parameter : best.parameters()) {
      assignments.push_back({{"name", parameter.name()}, {"value", parameter.value()}});
    }
    status["currentOptimalTrial"] = {
        {"bestTrialName", best.name()},
        {"parameterAssignments", assignments},
        {"observation", Observation(best, experiment.objective_metric())}};
  }
  PutTrials(trials, status);
  return status;
}

Json FailedStatus(const Json& earlier, const std::string& reason, const std::string& message,
                  Time now) {
  Json status = WithoutReconcileTime(earlier);
  std::string known;
  if (HasCondition(status, "Failed", &known) && known == reason) {
    // As long as it stays the same it keeps its time.
    const Json& last = status["conditions"].back();
    if (last.value("message", "") == message) return status;
  }
  Json conditions = Json::array();
  if (reason == kLostReason && HasCondition(status, "Created")) {
    for (const auto& condition : status["conditions"]) {
      if (condition.value("type", "") == "Created") conditions.push_back(condition);
    }
  }
  conditions.push_back(Condition("Failed", true, reason, message, TimeText(now)));
  status["conditions"] = conditions;
  return status;
}

Json TrialStatus(const v1::Trial& trial, const std::string& objective) {
  // The type of the condition that says what the trial is, and Katib's reason.
  struct StateCondition {
    v1::TrialState state;
    const char* type;
    const char* message;
  };
  static constexpr StateCondition kEnds[] = {
      {v1::TRIAL_SUCCEEDED, "Succeeded", "Trial has succeeded"},
      {v1::TRIAL_FAILED, "Failed", "Trial has failed"},
      {v1::TRIAL_KILLED, "Killed", "Trial was killed"},
      {v1::TRIAL_EARLY_STOPPED, "EarlyStopped", "Trial is early stopped"},
      {v1::TRIAL_METRICS_UNAVAILABLE, "MetricsUnavailable", "Metrics are not available"}};
  Json status;
  status["startTime"] = TimeText(trial.created());
  Json conditions = Json::array(
      {Condition("Created", true, "TrialCreated", "Trial is created", TimeText(trial.created()))});
  const StateCondition* end = nullptr;
  for (const auto& candidate : kEnds) {
    if (candidate.state == trial.state()) end = &candidate;
  }
  const std::string completed = TimeText(trial.completed());
  if (trial.has_started()) {
    conditions.push_back(Condition("Running", end == nullptr, "TrialRunning",
                                   end == nullptr ? "Trial is running" : "Trial is not running",
                                   end == nullptr ? TimeText(trial.started()) : completed));
  }
  if (end != nullptr) {
    const std::string message = trial.message().empty()
                                    ? end->message
                                    : fmt::format("{}: {}", end->message, trial.message());
    conditions.push_back(
        Condition(end->type, true, fmt::format("Trial{}", end->type), message, completed));
    status["completionTime"] = completed;
  }
  status["conditions"] = conditions;
  if (!trial.metrics().empty()) status["observation"] = Observation(trial, objective);
  return status;
}

Json StatusPatch(const Json& earlier, const Json& status, Time now) {
  const Json known = WithoutReconcileTime(earlier);
  if (IsSame(known, status)) return nullptr;
  Json patch = status;
  for (const auto& [field, value] : known.items()) {
    if (!status.contains(field)) patch[field] = nullptr;
  }
  patch["lastReconcileTime"] = TimeText(now);
  return {{"status", patch}};
}

bool HasCondition(const Json& status, const std::string& type, std::string* reason) {
  if (!status.is_object() || !status.contains("conditions")) return false;
  for (const auto& condition : status["conditions"]) {
    if (condition.value("type", "") != type || condition.value("status", "") != "True") continue;
    if (reason != nullptr) *reason = condition.value("reason", "");
    return true;
  }
  return false;
}

}  // namespace qalam::cluster
