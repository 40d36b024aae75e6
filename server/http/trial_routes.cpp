#include <algorithm>
#include <charconv>

#include "api/convert.h"
#include "controller/experiment_run.h"
#include "controller/operators/primary_container.h"
#include "server/find.h"
#include "server/http/call.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

v1::ExperimentName OwnerOf(const ApiRequest& request) {
  v1::ExperimentName name;
  name.set_namespace_(request.Part("namespace"));
  name.set_name(request.Part("name"));
  return name;
}

StatusOr<std::vector<TrialState>> WantedTrialStates(const ApiRequest& request) {
  std::vector<TrialState> states;
  for (const auto& name : request.Texts("state")) {
    const auto state = ParseTrialState(name);
    if (!state) {
      return InvalidArgument(
          "state should be Pending, Running, Succeeded, Failed, Killed, EarlyStopped or "
          "MetricsUnavailable, not \"{}\"",
          name);
    }
    states.push_back(*state);
  }
  return states;
}

StatusOr<Answer> ListTrials(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const int64_t limit, request.Integer("limit", 1000, 1, 10000));
  ASSIGN_OR_RETURN(const int64_t after, request.Integer("cursor", -1, 0, INT64_MAX));
  ASSIGN_OR_RETURN(const auto states, WantedTrialStates(request));
  ASSIGN_OR_RETURN(const auto experiment, FindExperiment(context.store, OwnerOf(request)));
  ASSIGN_OR_RETURN(const auto trials, context.store.ListTrials({.experiment_uid = experiment.uid,
                                                                .states = states,
                                                                .after_number = after,
                                                                .limit = int(limit) + 1}));
  ASSIGN_OR_RETURN(const auto counts, context.store.CountTrials(experiment.uid));
  int64_t total = 0;
  for (const auto& [state, count] : counts) {
    if (states.empty() || std::find(states.begin(), states.end(), state) != states.end()) {
      total += count;
    }
  }
  const size_t shown = std::min<size_t>(trials.size(), limit);
  Json list = Json::array();
  for (size_t i = 0; i < shown; ++i) {
    list.push_back(MessageToJson(ToMessage(trials[i], experiment)));
  }
  return JsonAnswer(
      {{"trials", std::move(list)},
       {"nextCursor", trials.size() > shown ? std::to_string(trials[shown - 1].number) : ""},
       {"total", total}});
}

StatusOr<Answer> GetTrialByNumber(const ApiContext& context, const ApiRequest& request) {
  const std::string& text = request.Part("number");
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return InvalidArgument("a trial's number is a whole number from 0, not \"{}\"", text);
  }
  ASSIGN_OR_RETURN(const auto experiment, FindExperiment(context.store, OwnerOf(request)));
  ASSIGN_OR_RETURN(const auto trials,
                   context.store.ListTrials(
                       {.experiment_uid = experiment.uid, .after_number = number - 1, .limit = 1}));
  if (trials.empty() || trials.front().number != number) {
    return NotFound("experiment {} has no trial number {}", experiment.name, number);
  }
  return JsonAnswer(MessageToJson(ToMessage(trials.front(), experiment)));
}

Json HistoryEntry(Time time, TrialState state, const std::string& reason,
                  const std::string& message) {
  return {{"time", TimeToText(absl::ToUnixMillis(time))},
          {"state", std::string(Name(state))},
          {"reason", reason},
          {"message", message}};
}

Json HistoryOf(const TrialRecord& trial) {
  Json history = Json::array();
  history.push_back(HistoryEntry(trial.created, TrialState::kPending, "Proposed",
                                 "the algorithm proposed its parameters"));
  if (trial.started != absl::InfinitePast()) {
    history.push_back(HistoryEntry(trial.started, TrialState::kRunning, "Started",
                                   trial.attempts > 1
                                       ? fmt::format("it was started {} times", trial.attempts)
                                       : "it was handed to the operator"));
  }
  if (trial.completed != absl::InfinitePast()) {
    history.push_back(HistoryEntry(trial.completed, trial.state, trial.reason, trial.message));
  }
  return history;
}

// The manifest as the operator gets it, and its command; neither where it cannot be made any more.
void AddJob(Store& store, const FoundTrial& found, Json& json) {
  json["command"] = Json::array();
  json["manifest"] = nullptr;
  const auto run = LoadExperimentRun(store, found.experiment.uid);
  if (!run.ok()) return;
  const auto job = MakeJob(*run, found.trial);
  if (!job.ok()) return;
  json["manifest"] = job->manifest;
  const auto command = PrimaryContainerCommand(job->manifest, job->primary_container_name);
  if (command.ok()) json["command"] = command->arguments;
}

StatusOr<Answer> GetTrial(const ApiContext& context, const ApiRequest& request) {
  v1::TrialName name;
  name.set_namespace_(request.Part("namespace"));
  name.set_name(request.Part("trial"));
  ASSIGN_OR_RETURN(const auto found, FindTrial(context.store, name));
  Json json = MessageToJson(ToMessage(found.trial, found.experiment));
  AddJob(context.store, found, json);
  json["history"] = HistoryOf(found.trial);
  return JsonAnswer(json);
}

}  // namespace

void AddTrialRoutes(std::vector<Route>& routes) {
  const std::string of_experiment = "/experiments/{namespace}/{name}/trials";
  routes.push_back({"GET",
                    of_experiment,
                    "Its trials, a page at a time",
                    ListTrials,
                    ObjectOf({{"trials", ArrayOf(SchemaOf<v1::Trial>())},
                              {"nextCursor", TextSchema()},
                              {"total", WholeSchema()}}),
                    {{"state", TextSchema(), "in this state; may be repeated"},
                     {"limit", WholeSchema(), "at most so many, 1 to 10000; 1000 when absent"},
                     {"cursor", TextSchema(), "the nextCursor of the page before"}}});
  routes.push_back({"GET", of_experiment + "/{number}", "The trial of that number",
                    GetTrialByNumber, SchemaOf<v1::Trial>()});
  routes.push_back({"GET", "/trials/{namespace}/{trial}",
                    "One trial with its command, manifest and history", GetTrial,
                    Reference("TrialDetail")});
}

}  // namespace qalam::http
