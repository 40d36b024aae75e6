#include "server/http/message_json.h"
#include "server/http/mlflow.h"
#include "server/http/mlflow_notes.h"

namespace qalam::http {

namespace {

constexpr int kMostRuns = 1000;

int64_t Milliseconds(Time time) { return absl::ToUnixMillis(time); }

const char* MlflowState(TrialState state) {
  switch (state) {
    case TrialState::kPending:
      return "SCHEDULED";
    case TrialState::kRunning:
      return "RUNNING";
    case TrialState::kSucceeded:
    case TrialState::kEarlyStopped:
      return "FINISHED";
    case TrialState::kKilled:
      return "KILLED";
    default:
      return "FAILED";
  }
}

Json RunInfo(const FoundTrial& found) {
  const TrialRecord& trial = found.trial;
  Json info = {{"run_id", trial.uid},
               {"run_uuid", trial.uid},
               {"run_name", trial.name},
               {"experiment_id", found.experiment.uid},
               {"user_id", "qalam"},
               {"status", MlflowState(trial.state)},
               {"start_time", Milliseconds(trial.started == absl::InfinitePast() ? trial.created
                                                                                 : trial.started)},
               {"artifact_uri", "file://" + MlflowFolder(found) + "/artifacts"},
               {"lifecycle_stage", "active"}};
  if (IsTerminal(trial.state)) info["end_time"] = Milliseconds(trial.completed);
  return info;
}

StatusOr<Json> RunJson(const FoundTrial& found) {
  ASSIGN_OR_RETURN(auto notes, ReadMlflowNotes(found));
  for (const auto& parameter : found.trial.parameters) {
    notes.parameters.emplace(parameter.name, parameter.value);
  }
  notes.tags.emplace("mlflow.runName", found.trial.name);
  const auto list = [](const std::map<std::string, std::string>& values) {
    Json pairs = Json::array();
    for (const auto& [key, value] : values) pairs.push_back({{"key", key}, {"value", value}});
    return pairs;
  };
  Json metrics = Json::array();
  for (const auto& metric : found.trial.metrics) {
    if (!metric.text.empty()) continue;
    metrics.push_back({{"key", metric.name},
                       {"value", NumberToJson(metric.latest)},
                       {"timestamp", Milliseconds(found.trial.created)},
                       {"step", 0}});
  }
  return Json{
      {"info", RunInfo(found)},
      {"data",
       {{"metrics", metrics}, {"params", list(notes.parameters)}, {"tags", list(notes.tags)}}}};
}

}  // namespace

// A program that begins a run within a trial goes on with the trial's.
StatusOr<Json> CreateMlflowRun(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  if (!own) {
    return Unimplemented(
        "runs are trials, which experiments make; a trial logs to the MLFLOW_TRACKING_URI of its "
        "environment");
  }
  MlflowNotes notes;
  for (const auto& tag : call.body.value("tags", Json::array())) {
    if (!tag.is_object() || !tag.value("key", Json()).is_string()) continue;
    notes.tags[tag["key"].get<std::string>()] =
        tag.value("value", Json("")).is_string() ? tag.value("value", Json("")).get<std::string>()
                                                 : "";
  }
  RETURN_IF_ERROR(AddMlflowNotes(*own, notes));
  ASSIGN_OR_RETURN(auto run, RunJson(*own));
  return Json{{"run", std::move(run)}};
}

StatusOr<Json> GetMlflowRun(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  ASSIGN_OR_RETURN(auto run, RunJson(found));
  return Json{{"run", std::move(run)}};
}

// What became of a trial is decided by its process, not by what the program says of its run.
StatusOr<Json> UpdateMlflowRun(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  return Json{{"run_info", RunInfo(found)}};
}

StatusOr<Json> SearchMlflowRuns(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto own, call.OwnTrial());
  ASSIGN_OR_RETURN(const auto filter, call.Text("filter"));
  if (!filter.empty()) {
    return Unimplemented(
        "runs are not searched by a filter here; GET /api/v1/experiments/.../trials has one");
  }
  Json runs = Json::array();
  const auto add = [&](const FoundTrial& found) -> Status {
    ASSIGN_OR_RETURN(auto run, RunJson(found));
    runs.push_back(std::move(run));
    return absl::OkStatus();
  };
  if (own) {
    RETURN_IF_ERROR(add(*own));
    return Json{{"runs", runs}};
  }
  for (const auto& id : call.body.value("experiment_ids", Json::array())) {
    if (!id.is_string()) return InvalidArgument("experiment_ids should be texts");
    ASSIGN_OR_RETURN(const auto experiments,
                     call.context.store.ListExperiments({.uid = id.get<std::string>()}));
    // An empty uid would stand for any.
    if (experiments.empty() || id.get<std::string>().empty()) continue;
    ASSIGN_OR_RETURN(const auto trials, call.context.store.ListTrials(
                                            {.experiment_uid = experiments[0].uid,
                                             .limit = kMostRuns - static_cast<int>(runs.size())}));
    for (const auto& trial : trials) RETURN_IF_ERROR(add({trial, experiments[0]}));
    if (runs.size() >= kMostRuns) break;
  }
  return Json{{"runs", runs}};
}

StatusOr<Json> GetMlflowMetricHistory(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  ASSIGN_OR_RETURN(const auto metric, call.Text("metric_key"));
  if (metric.empty()) return InvalidArgument("metric_key is missing");
  constexpr int kMostPoints = 100'000;
  ASSIGN_OR_RETURN(const auto series, call.context.store.ReadMetrics({.trial_uid = found.trial.uid,
                                                                      .metric = metric,
                                                                      .max_points = kMostPoints}));
  Json metrics = Json::array();
  for (const auto& point : series.points) {
    if (!point.text.empty()) continue;
    metrics.push_back({{"key", point.metric},
                       {"value", NumberToJson(point.value)},
                       {"timestamp", Milliseconds(point.time)},
                       {"step", std::max<int64_t>(point.step, 0)}});
  }
  return Json{{"metrics", metrics}};
}

}  // namespace qalam::http
