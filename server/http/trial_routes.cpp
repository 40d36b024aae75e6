#include <charconv>

#include "api/secret_values.h"
#include "controller/experiment_run.h"
#include "controller/operators/primary_container.h"
#include "controller/stored_document.h"
#include "server/http/call.h"
#include "server/http/experiment_of.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

StatusOr<Answer> GetTrialByNumber(const ApiContext& context, const ApiRequest& request) {
  const std::string& text = request.Part("number");
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return InvalidArgument("a trial's number is a whole number from 0, not \"{}\"", text);
  }
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
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

// Its events between its states, which have times of their own.
StatusOr<Json> HistoryOf(Store& store, const TrialRecord& trial) {
  constexpr int kMostEvents = 1000;
  ASSIGN_OR_RETURN(const auto events, store.ListEvents({.experiment_uid = trial.experiment_uid,
                                                        .trial_uid = trial.uid,
                                                        .limit = kMostEvents}));
  Json history = Json::array();
  history.push_back(HistoryEntry(trial.created, TrialState::kPending, "Created", ""));
  bool has_started = false;
  const auto start = [&] {
    if (has_started || trial.started == absl::InfinitePast()) return;
    has_started = true;
    history.push_back(HistoryEntry(trial.started, TrialState::kRunning, "Started", ""));
  };
  for (const auto& event : events) {
    if (event.time >= trial.started) start();
    if (event.reason == Name(trial.state)) continue;  // its end, below
    history.push_back(HistoryEntry(event.time,
                                   has_started ? TrialState::kRunning : TrialState::kPending,
                                   event.reason, event.message));
  }
  start();
  if (trial.completed != absl::InfinitePast()) {
    history.push_back(HistoryEntry(trial.completed, trial.state, trial.reason, trial.message));
  }
  return history;
}

// The manifest as the operator gets it, but for secrets, and its command; neither where it cannot
// be made any more.
void AddJob(const FoundTrial& found, Json& json) {
  json["command"] = Json::array();
  json["manifest"] = nullptr;
  auto document = ParseStoredDocument(found.experiment.document_json);
  if (!document.ok()) return;
  ExperimentRun run;
  run.record = found.experiment;
  run.document = *std::move(document);
  if (run.IsClientRun()) return;
  auto job = MakeJob(run, found.trial);
  if (!job.ok()) return;
  // First: the command may take a variable in.
  MaskSecrets(job->manifest);
  json["manifest"] = job->manifest;
  const auto command = PrimaryContainerCommand(job->manifest, job->primary_container_name);
  if (command.ok()) json["command"] = command->arguments;
}

StatusOr<Answer> GetTrial(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto found, TrialOf(context, request));
  Json json = MessageToJson(ToMessage(found.trial, found.experiment));
  AddJob(found, json);
  ASSIGN_OR_RETURN(json["history"], HistoryOf(context.store, found.trial));
  return JsonAnswer(json);
}

// Values as numbers or as texts.
StatusOr<Answer> AddTrial(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto body, request.Object());
  RETURN_IF_ERROR(AllowOnly(body, {"parameters"}));
  const auto parameters = body.find("parameters");
  if (parameters == body.end() || !parameters->is_object()) {
    return InvalidArgument("the body's \"parameters\" should be an object of names and values");
  }
  v1::AddTrialRequest call;
  *call.mutable_experiment() = ExperimentNameOf(request);
  for (const auto& [name, value] : parameters->items()) {
    if (!value.is_number() && !value.is_string()) {
      return InvalidArgument("the value of \"{}\" should be a number or a text, not a {}", name,
                             value.type_name());
    }
    auto* assignment = call.add_parameters();
    assignment->set_name(name);
    assignment->set_value(value.is_string() ? value.get<std::string>() : value.dump());
  }
  ASSIGN_OR_RETURN(const auto trial, Call(context, &Service::AddTrial, call));
  return JsonAnswer(MessageToJson(trial), 201);
}

}  // namespace

void AddTrialRoutes(std::vector<Route>& routes) {
  const std::string of_experiment = "/experiments/{namespace}/{name}/trials";
  routes.push_back(
      {.method = "POST",
       .path = of_experiment,
       .summary = "Adds a trial of these parameters by hand",
       .handler = AddTrial,
       .reply = SchemaOf<v1::Trial>(),
       .body =
           ObjectOf({{"parameters",
                      {{"type", "object"},
                       {"additionalProperties", {{"type", Json::array({"string", "number"})}}}}}}),
       .status = 201});
  routes.push_back({"GET", of_experiment + "/{number}", "The trial of that number",
                    GetTrialByNumber, SchemaOf<v1::Trial>()});
  routes.push_back({"GET", "/trials/{namespace}/{trial}",
                    "One trial with its command, manifest and history", GetTrial,
                    Reference("TrialDetail")});
}

}  // namespace qalam::http
