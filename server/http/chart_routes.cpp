// What charts draw.

#include <algorithm>

#include "controller/stored_document.h"
#include "server/analysis/curves.h"
#include "server/analysis/trial_importance.h"
#include "server/http/experiment_of.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/http/trial_tables.h"

namespace qalam::http {

namespace {

// Of what depends on the experiment's row and trials alone, before they are read: what changes
// meanwhile makes another one.
std::string TagNow(const ApiContext& context, const std::string& experiment_uid) {
  return fmt::format("\"{}-{}\"", context.changes.epoch(),
                     context.changes.Sequence(experiment_uid));
}

Answer Tagged(std::string json, const std::string& tag) {
  Answer answer = TextAnswer(std::move(json), kJsonType);
  answer.entity_tag = tag;
  answer.cache_control = "no-cache";
  return answer;
}

StatusOr<Answer> GetTable(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  const std::string tag = TagNow(context, experiment.uid);
  if (request.IsCurrent(tag)) return UnchangedAnswer(tag);
  ASSIGN_OR_RETURN(const auto printed, context.tables.Print(experiment));
  Answer answer;
  answer.body = printed.gzip;
  answer.is_gzip = true;
  answer.entity_tag = tag;
  answer.cache_control = "no-cache";
  return answer;
}

// The text of one answer is made in memory: 40 bytes of each.
constexpr int64_t kMostCurvePoints = 2'000'000;

StatusOr<Answer> GetCurves(const ApiContext& context, const ApiRequest& request) {
  CurvesQuery query{.metric = request.Text("metric")};
  ASSIGN_OR_RETURN(query.points, request.Integer("points", 100, 2, 10'000));
  const int64_t room = kMostCurvePoints / query.points;
  ASSIGN_OR_RETURN(query.trials, request.Integer("trials", std::min<int64_t>(500, room), 1, 5'000));
  if (query.trials > room) {
    return InvalidArgument("of {} points of each, {} trials come at once and not {}", query.points,
                           room, query.trials);
  }
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  const std::string tag = TagNow(context, experiment.uid);
  if (request.IsCurrent(tag)) return UnchangedAnswer(tag);
  ASSIGN_OR_RETURN(const auto now, context.tables.Get(experiment));
  ASSIGN_OR_RETURN(auto json, CurvesJson(context.store, now.table->columns(), query));
  return Tagged(std::move(json), tag);
}

StatusOr<Answer> GetImportance(const ApiContext& context, const ApiRequest& request) {
  ImportanceQuery query{.evaluator = request.Text("evaluator")};
  ASSIGN_OR_RETURN(query.objective, request.Integer("objective", 0, 0, 100));
  ASSIGN_OR_RETURN(const auto experiment, ExperimentOf(context, request));
  const std::string tag = TagNow(context, experiment.uid);
  if (request.IsCurrent(tag)) return UnchangedAnswer(tag);
  ASSIGN_OR_RETURN(const auto document, ParseStoredDocument(experiment.document_json));
  ASSIGN_OR_RETURN(const auto now, context.tables.Get(experiment));
  ASSIGN_OR_RETURN(auto json, ImportanceJson(context.store, experiment, document.spec,
                                             now.table->columns(), query));
  return Tagged(std::move(json), tag);
}

Json NumbersOrNull() { return ArrayOf(Nullable({{"type", "number"}})); }

Json TableSchema() {
  const Json indices = ArrayOf(Nullable(WholeSchema()));
  const Json categories = ObjectOf(
      {{"name", TextSchema()}, {"categories", ArrayOf(TextSchema())}, {"values", indices}});
  const Json number = ObjectOf({{"name", TextSchema()},
                                {"kind", WordSchema({"number"})},
                                {"log", BooleanSchema()},
                                {"values", NumbersOrNull()}});
  const Json category = ObjectOf({{"name", TextSchema()},
                                  {"kind", WordSchema({"category"})},
                                  {"categories", ArrayOf(TextSchema())},
                                  {"values", indices}});
  return ObjectOf({{"change", WholeSchema()},
                   {"numbers", ArrayOf(WholeSchema())},
                   {"names", ArrayOf(TextSchema())},
                   {"states", ArrayOf(WholeSchema())},
                   {"stateNames", ArrayOf(TextSchema())},
                   {"created", indices},
                   {"started", indices},
                   {"completed", indices},
                   {"objectives", ArrayOf(ObjectOf({{"metric", TextSchema()},
                                                    {"type", TextSchema()},
                                                    {"values", NumbersOrNull()}}))},
                   {"feasible", ArrayOf(WholeSchema())},
                   {"parameters", ArrayOf({{"oneOf", Json::array({number, category})}})},
                   {"metrics", ArrayOf(ObjectOf({{"name", TextSchema()},
                                                 {"latest", NumbersOrNull()},
                                                 {"min", NumbersOrNull()},
                                                 {"max", NumbersOrNull()}}))},
                   {"labels", ArrayOf(categories)}});
}

Json CurvesSchema() {
  return ObjectOf({{"metric", TextSchema()},
                   {"series", ArrayOf(ObjectOf({{"number", WholeSchema()},
                                                {"steps", ArrayOf(Nullable(WholeSchema()))},
                                                {"times", ArrayOf(WholeSchema())},
                                                {"values", ArrayOf(NumberSchema())}}))}});
}

Json ImportanceSchema() {
  const Json number = {{"type", "number"}};
  return ObjectOf(
      {{"evaluator", TextSchema()},
       {"objective", TextSchema()},
       {"trials", WholeSchema()},
       {"importances", ArrayOf(ObjectOf({{"parameter", TextSchema()}, {"importance", number}}))},
       {"pairs",
        ArrayOf(ObjectOf({{"parameters", ArrayOf(TextSchema())}, {"importance", number}}))}});
}

}  // namespace

void AddChartRoutes(std::vector<Route>& routes) {
  const std::string one = "/experiments/{namespace}/{name}";
  routes.push_back({"GET", one + "/table", "All its trials as columns", GetTable, TableSchema()});
  routes.push_back(
      {"GET",
       one + "/curves",
       "How a metric went in its trials: the best and the most recent ones",
       GetCurves,
       CurvesSchema(),
       {{"metric", TextSchema(), "the main objective's when absent"},
        {"points", WholeSchema(), "of each trial, 2 to 10000; 100 when absent"},
        {"trials", WholeSchema(),
         "at most so many, 1 to 5000; 500 when absent. With its points at most 2000000"}}});
  routes.push_back({"GET",
                    one + "/importance",
                    "How much each parameter matters",
                    GetImportance,
                    ImportanceSchema(),
                    {{"evaluator", TextSchema(), "fanova or ped-anova"},
                     {"objective", WholeSchema(), "0, the main one, when absent"}}});
}

}  // namespace qalam::http
