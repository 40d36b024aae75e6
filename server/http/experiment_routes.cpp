#include <algorithm>
#include <charconv>
#include <cmath>

#include "server/http/call.h"
#include "server/http/experiment_of.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/http/summaries.h"
#include "server/http/text.h"
#include "server/identity/visible.h"

namespace qalam::http {

namespace {

using SummaryList = std::vector<std::shared_ptr<const ExperimentSummary>>;

StatusOr<std::vector<ExperimentState>> WantedStates(const ApiRequest& request) {
  std::vector<ExperimentState> states;
  for (const auto& name : request.Texts("state")) {
    const auto state = ParseExperimentState(name);
    if (!state) {
      return InvalidArgument(
          "state should be Created, Running, Restarting, Succeeded, Failed or Stopped, not \"{}\"",
          name);
    }
    states.push_back(*state);
  }
  return states;
}

Status KeepWanted(const ApiRequest& request, SummaryList& summaries) {
  ASSIGN_OR_RETURN(const auto states, WantedStates(request));
  const std::string name_space = request.Text("namespace"), algorithm = request.Text("algorithm");
  const std::string search = LowerCase(request.Text("search"));
  std::erase_if(summaries, [&](const auto& summary) {
    const bool has_state =
        states.empty() || std::find(states.begin(), states.end(), summary->state) != states.end();
    return !has_state || (!name_space.empty() && summary->name_space != name_space) ||
           (!algorithm.empty() && summary->algorithm != algorithm) ||
           LowerCase(summary->name).find(search) == std::string::npos;
  });
  return absl::OkStatus();
}

Status Sort(const ApiRequest& request, SummaryList& summaries) {
  ASSIGN_OR_RETURN(
      const std::string by,
      request.OneOf("sort", "created", {"created", "name", "state", "completed", "best"}));
  ASSIGN_OR_RETURN(const std::string order,
                   request.OneOf("order", by == "name" ? "asc" : "desc", {"asc", "desc"}));
  const bool descending = order == "desc";
  const auto sort = [&](auto key) {
    std::stable_sort(summaries.begin(), summaries.end(), [&](const auto& a, const auto& b) {
      return descending ? key(*b) < key(*a) : key(*a) < key(*b);
    });
  };
  if (by == "name") sort([](const auto& s) { return std::tie(s.name, s.name_space); });
  if (by == "state") sort([](const auto& s) { return Name(s.state); });
  if (by == "created") sort([](const auto& s) { return s.created; });
  if (by == "completed") sort([](const auto& s) { return s.completed; });
  if (by == "best") {
    sort([](const auto& s) { return s.best.value_or(-HUGE_VAL); });
    // Those without a best trial come last whatever the order.
    std::stable_partition(summaries.begin(), summaries.end(),
                          [](const auto& s) { return s->best.has_value(); });
  }
  return absl::OkStatus();
}

// A cursor names the last one shown, "INDEX.UID": where that is gone, the index still tells where
// the next page begins.
StatusOr<size_t> FirstOfPage(const ApiRequest& request, const SummaryList& summaries) {
  const std::string cursor = request.Text("cursor");
  if (cursor.empty()) return 0;
  const size_t dot = cursor.find('.');
  size_t index = 0;
  const auto [end, error] =
      std::from_chars(cursor.data(), cursor.data() + std::min(dot, cursor.size()), index);
  if (dot == std::string::npos || error != std::errc() || end != cursor.data() + dot) {
    return InvalidArgument("the cursor is none that an earlier page gave");
  }
  const std::string uid = cursor.substr(dot + 1);
  for (size_t i = 0; i < summaries.size(); ++i) {
    if (summaries[i]->uid == uid) return i + 1;
  }
  return std::min(index, summaries.size());
}

StatusOr<Answer> ListExperiments(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const int64_t limit, request.Integer("limit", 100, 1, 1000));
  const std::string name_space = request.Text("namespace");
  if (!name_space.empty()) {
    RETURN_IF_ERROR(Authority::CheckRole(*context.caller.identity, Role::kViewer, name_space));
  }
  ASSIGN_OR_RETURN(auto summaries, context.summaries.List());
  ASSIGN_OR_RETURN(const bool sees_all, context.MaySee(kEveryNamespace));
  if (!sees_all) {
    RETURN_IF_ERROR(KeepVisible(
        *context.caller.identity, [](const auto& summary) { return summary->name_space; },
        summaries));
  }
  RETURN_IF_ERROR(KeepWanted(request, summaries));
  RETURN_IF_ERROR(Sort(request, summaries));
  ASSIGN_OR_RETURN(const size_t first, FirstOfPage(request, summaries));
  const size_t last = std::min(first + static_cast<size_t>(limit), summaries.size());
  std::string text = "{\"experiments\":[";
  for (size_t i = first; i < last; ++i) text += (i > first ? "," : "") + summaries[i]->json;
  const std::string next =
      last < summaries.size() ? fmt::format("{}.{}", last, summaries[last - 1]->uid) : "";
  text += fmt::format("],\"nextCursor\":\"{}\",\"total\":{}}}", next, summaries.size());
  return TextAnswer(std::move(text), kJsonType);
}

std::vector<Fault> FaultsOf(const v1::ValidateDocumentReply& reply) {
  std::vector<Fault> faults;
  for (const auto& fault : reply.faults()) {
    faults.push_back(
        {fault.source(), fault.line(), fault.column(), fault.field(), fault.message()});
  }
  return faults;
}

StatusOr<Answer> CreateExperiments(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto body, request.Object());
  RETURN_IF_ERROR(AllowOnly(body, {"document"}));
  v1::CreateExperimentsRequest call;
  ASSIGN_OR_RETURN(*call.mutable_document(), TextMember(body, "document"));
  v1::ValidateDocumentRequest check;
  check.set_document(call.document());
  ASSIGN_OR_RETURN(const auto checked, Call(context, &Service::ValidateDocument, check));
  if (!checked.faults().empty()) {
    return ErrorAnswer(InvalidArgument("the document has {} fault{}", checked.faults_size(),
                                       checked.faults_size() == 1 ? "" : "s"),
                       FaultsOf(checked));
  }
  ASSIGN_OR_RETURN(const auto reply, Call(context, &Service::CreateExperiments, call));
  return JsonAnswer(MessageToJson(reply), 201);
}

// The version comes first, for If-Match; the rest also changes with the trials.
std::string EntityTag(const ApiContext& context, const v1::Experiment& experiment) {
  return fmt::format("\"{}-{}-{}\"", experiment.version(), context.changes.epoch(),
                     context.changes.Sequence(experiment.uid()));
}

Answer ExperimentAnswer(const ApiContext& context, const v1::Experiment& experiment) {
  Answer answer = JsonAnswer(MessageToJson(experiment));
  answer.entity_tag = EntityTag(context, experiment);
  answer.cache_control = "no-cache";
  return answer;
}

StatusOr<Answer> GetExperiment(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto record, ExperimentOf(context, request));
  v1::Experiment known;
  known.set_uid(record.uid);
  known.set_version(record.version);
  const std::string tag = EntityTag(context, known);
  if (request.IsCurrent(tag)) return UnchangedAnswer(tag);
  v1::GetExperimentRequest call;
  *call.mutable_experiment() = ExperimentNameOf(request);
  call.set_with_best_trials(true);
  ASSIGN_OR_RETURN(const auto experiment, Call(context, &Service::GetExperiment, call));
  Answer answer = ExperimentAnswer(context, experiment);
  // Of before it was read: what changed since makes another one.
  answer.entity_tag = tag;
  return answer;
}

StatusOr<Answer> GetDocument(const ApiContext& context, const ApiRequest& request) {
  v1::GetExperimentRequest call;
  *call.mutable_experiment() = ExperimentNameOf(request);
  ASSIGN_OR_RETURN(const auto experiment, Call(context, &Service::GetExperiment, call));
  return DownloadAnswer(experiment.document_yaml(), "text/yaml; charset=utf-8",
                        experiment.name() + ".yaml");
}

StatusOr<Answer> DeleteExperiment(const ApiContext& context, const ApiRequest& request) {
  RETURN_IF_ERROR(Call(context, &Service::DeleteExperiment, ExperimentNameOf(request)).status());
  return EmptyAnswer(204);
}

template <auto method>
StatusOr<Answer> ChangeExperiment(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto experiment, Call(context, method, ExperimentNameOf(request)));
  return ExperimentAnswer(context, experiment);
}

// The version that If-Match names, 0 without one.
StatusOr<int64_t> WantedVersion(const ApiRequest& request) {
  std::string text = request.Header("if-match");
  if (text.empty() || text == "*") return 0;
  if (text.starts_with("W/")) text = text.substr(2);
  if (text.starts_with('"')) text = text.substr(1);
  int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || version <= 0) {
    return InvalidArgument("If-Match should be the experiment's version or its ETag");
  }
  return version;
}

StatusOr<Answer> EditBudget(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto body, request.Object());
  const std::vector<std::string> counts = {"maxTrialCount", "parallelTrialCount",
                                           "maxFailedTrialCount"};
  RETURN_IF_ERROR(AllowOnly(body, counts));
  if (body.empty()) return InvalidArgument("the body names none of {}", fmt::join(counts, ", "));
  v1::EditBudgetRequest call;
  RETURN_IF_ERROR(JsonToMessage(body, call));
  *call.mutable_experiment() = ExperimentNameOf(request);
  ASSIGN_OR_RETURN(const int64_t version, WantedVersion(request));
  call.set_expected_version(version);
  ASSIGN_OR_RETURN(const auto experiment, Call(context, &Service::EditBudget, call));
  return ExperimentAnswer(context, experiment);
}

StatusOr<Answer> ListEvents(const ApiContext& context, const ApiRequest& request) {
  v1::ListEventsRequest call;
  *call.mutable_experiment() = ExperimentNameOf(request);
  ASSIGN_OR_RETURN(const int64_t after, request.Integer("after", 0, 0, INT64_MAX));
  ASSIGN_OR_RETURN(const int64_t limit, request.Integer("limit", 1000, 1, 10000));
  call.set_after_sequence(after);
  call.set_limit(static_cast<int32_t>(limit));
  call.set_trial(request.Text("trial"));
  ASSIGN_OR_RETURN(const auto latest, request.OneOf("latest", "false", {"false", "true"}));
  call.set_latest(latest == "true");
  ASSIGN_OR_RETURN(auto reply, Call(context, &Service::ListEvents, call));
  // Browsers know trials by their names.
  for (auto& event : *reply.mutable_events()) event.set_trial(event.trial_name());
  return JsonAnswer(MessageToJson(reply));
}

constexpr char kOne[] = "/experiments/{namespace}/{name}";

}  // namespace

void AddExperimentRoutes(std::vector<Route>& routes) {
  const Json experiment = SchemaOf<v1::Experiment>();
  const Json list = ObjectOf({{"experiments", ArrayOf(Reference("ExperimentSummary"))},
                              {"nextCursor", TextSchema()},
                              {"total", WholeSchema()}});
  const std::string one = kOne;
  routes.push_back({"GET",
                    "/experiments",
                    "Experiments, a page at a time",
                    ListExperiments,
                    list,
                    {{"namespace", TextSchema(), "of this namespace"},
                     {"search", TextSchema(), "with this in the name"},
                     {"state", TextSchema(), "in this state; may be repeated"},
                     {"algorithm", TextSchema(), "with this algorithm"},
                     {"sort", TextSchema(), "created, name, state, completed or best"},
                     {"order", TextSchema(), "asc or desc"},
                     {"limit", WholeSchema(), "at most so many, 1 to 1000; 100 when absent"},
                     {"cursor", TextSchema(), "the nextCursor of the page before"}}});
  routes.push_back({.method = "POST",
                    .path = "/experiments",
                    .summary = "Creates every experiment of a document, or none",
                    .handler = CreateExperiments,
                    .reply = ObjectOf({{"experiments", ArrayOf(experiment)}}),
                    .body = ObjectOf({{"document", TextSchema()}}),
                    .status = 201});
  routes.push_back({"GET", one, "One experiment", GetExperiment, experiment});
  routes.push_back({.method = "DELETE",
                    .path = one,
                    .summary = "Stops what runs and removes it with all its data",
                    .handler = DeleteExperiment,
                    .status = 204});
  routes.push_back({"POST", one + "/stop", "Ends it and its running trials",
                    ChangeExperiment<&Service::StopExperiment>, experiment});
  routes.push_back({"POST", one + "/pause", "Lets running trials end and starts no new ones",
                    ChangeExperiment<&Service::PauseExperiment>, experiment});
  routes.push_back({"POST", one + "/resume", "Goes on with a paused or stopped one",
                    ChangeExperiment<&Service::ResumeExperiment>, experiment});
  routes.push_back({.method = "PATCH",
                    .path = one + "/budget",
                    .summary = "Changes its budget; If-Match guards against another's change",
                    .handler = EditBudget,
                    .reply = experiment,
                    .body = ObjectOf({{"maxTrialCount?", WholeSchema()},
                                      {"parallelTrialCount?", WholeSchema()},
                                      {"maxFailedTrialCount?", WholeSchema()}})});
  routes.push_back({.method = "GET",
                    .path = one + "/document",
                    .summary = "Its document with defaults, to keep",
                    .handler = GetDocument,
                    .reply_type = "text/yaml"});
  routes.push_back({"GET",
                    one + "/events",
                    "What happened to it",
                    ListEvents,
                    SchemaOf<v1::ListEventsReply>(),
                    {{"trial", TextSchema(), "of the trial of this name alone"},
                     {"after", WholeSchema(), "after this event's sequence"},
                     {"limit", WholeSchema(), "at most so many, 1 to 10000; 1000 when absent"},
                     {"latest", BooleanSchema(), "of more the last ones, not the first"}}});
}

}  // namespace qalam::http
