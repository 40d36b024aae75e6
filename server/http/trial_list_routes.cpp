// An experiment's trials: filtered and sorted, and as files to keep.

#include <unordered_map>

#include "server/analysis/trial_order.h"
#include "server/http/experiment_of.h"
#include "server/http/message_json.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/http/trial_csv.h"
#include "server/http/trial_tables.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

constexpr int64_t kMostTrials = 10'000;      // of one page
constexpr int64_t kMostNumbers = 1'000'000;  // likewise, of their numbers alone

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

StatusOr<TrialSelection> SelectionOf(const ApiRequest& request, int64_t most) {
  TrialSelection selection{.filter = request.Text("filter"),
                           .sort = request.Text("sort"),
                           .order = request.Text("order"),
                           .cursor = request.Text("cursor")};
  ASSIGN_OR_RETURN(selection.states, WantedTrialStates(request));
  const int64_t usual = most == kMostNumbers ? most : 1000;
  ASSIGN_OR_RETURN(const int64_t limit, request.Integer("limit", usual, 1, most));
  selection.limit = static_cast<int>(limit);
  return selection;
}

StatusOr<Json> TrialsOf(Store& store, const ExperimentRecord& experiment,
                        const std::vector<int64_t>& numbers) {
  Json trials = Json::array();
  if (numbers.empty()) return trials;
  ASSIGN_OR_RETURN(const auto records,
                   store.ListTrials({.experiment_uid = experiment.uid, .numbers = numbers}));
  std::unordered_map<int64_t, const TrialRecord*> by_number;
  for (const auto& record : records) by_number[record.number] = &record;
  for (const int64_t number : numbers) {
    const auto record = by_number.find(number);
    if (record == by_number.end()) continue;  // deleted in between
    trials.push_back(MessageToJson(ToMessage(*record->second, experiment)));
  }
  return trials;
}

StatusOr<Answer> ListTrials(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const std::string fields, request.OneOf("fields", "all", {"all", "number"}));
  const bool only_numbers = fields == "number";
  ASSIGN_OR_RETURN(const auto selection,
                   SelectionOf(request, only_numbers ? kMostNumbers : kMostTrials));
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  ASSIGN_OR_RETURN(const auto now, context.tables.Get(experiment));
  ASSIGN_OR_RETURN(const auto page, SelectTrials(now.table->columns(), selection));
  Json answer = Json::object();
  if (only_numbers) {
    answer["numbers"] = page.numbers;
  } else {
    ASSIGN_OR_RETURN(answer["trials"], TrialsOf(context.store, experiment, page.numbers));
  }
  answer["nextCursor"] = page.next_cursor;
  answer["total"] = page.total;
  return JsonAnswer(answer);
}

StatusOr<Answer> DownloadCsv(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  ASSIGN_OR_RETURN(const auto now, context.tables.Get(experiment));
  Answer answer = DownloadAnswer("", "text/csv; charset=utf-8", experiment.name + ".csv");
  answer.body = nullptr;
  size_t row = 0;
  bool has_header = false;
  answer.more = [table = now.table, row, has_header](std::string* text) mutable -> StatusOr<bool> {
    constexpr size_t kRows = 5000;
    const TrialColumns& columns = table->columns();
    if (!has_header) *text = CsvHeader(columns);
    has_header = true;
    for (size_t i = 0; i < kRows && row < columns.numbers.size(); ++i, ++row) {
      AppendCsvRow(columns, row, *text);
    }
    return row < columns.numbers.size();
  };
  return answer;
}

StatusOr<Answer> DownloadJson(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  constexpr int kTrials = 1000;
  const auto trials_after = [&store = context.store, uid = experiment.uid](int64_t number) {
    return store.ListTrials({.experiment_uid = uid, .after_number = number, .limit = kTrials});
  };
  // Before the answer begins, so that what is wrong can be said.
  ASSIGN_OR_RETURN(auto trials, trials_after(-1));
  Answer answer = DownloadAnswer("", kJsonType, experiment.name + ".json");
  answer.body = nullptr;
  bool is_first = true;
  answer.more = [experiment, trials_after, trials = std::move(trials),
                 is_first](std::string* text) mutable -> StatusOr<bool> {
    if (is_first) *text = "{\"trials\":[";
    for (const auto& trial : trials) {
      if (!is_first) *text += ",\n";
      is_first = false;
      *text += Dump(MessageToJson(ToMessage(trial, experiment)));
    }
    if (trials.size() < kTrials) {
      *text += "]}\n";
      return false;
    }
    ASSIGN_OR_RETURN(trials, trials_after(trials.back().number));
    return true;
  };
  return answer;
}

}  // namespace

void AddTrialListRoutes(std::vector<Route>& routes) {
  const std::string one = "/experiments/{namespace}/{name}";
  const Json list = ObjectOf({{"trials?", ArrayOf(SchemaOf<v1::Trial>())},
                              {"numbers?", ArrayOf(WholeSchema())},
                              {"nextCursor", TextSchema()},
                              {"total", WholeSchema()}});
  routes.push_back({"GET",
                    one + "/trials",
                    "Its trials, a page at a time",
                    ListTrials,
                    list,
                    {{"state", TextSchema(), "in this state; may be repeated"},
                     {"filter", TextSchema(), "for which this expression holds"},
                     {"sort", TextSchema(),
                      "number, state, objective, duration, created, started, completed, "
                      "a parameter or a metric"},
                     {"order", TextSchema(), "asc or desc"},
                     {"fields", TextSchema(), "all, or number for the numbers alone"},
                     {"limit", WholeSchema(),
                      "at most so many, 1 to 10000 (1000 when absent); of numbers, 1 to 1000000"},
                     {"cursor", TextSchema(), "the nextCursor of the page before"}}});
  routes.push_back({.method = "GET",
                    .path = one + "/trials.csv",
                    .summary = "Its trials as a table, to keep",
                    .handler = DownloadCsv,
                    .reply_type = "text/csv"});
  routes.push_back({"GET", one + "/trials.json", "Its trials, to keep", DownloadJson,
                    ObjectOf({{"trials", ArrayOf(SchemaOf<v1::Trial>())}})});
}

}  // namespace qalam::http
