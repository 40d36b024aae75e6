#include <sys/stat.h>

#include "server/http/call.h"
#include "server/http/event_hub.h"
#include "server/http/message_json.h"
#include "server/http/openapi.h"
#include "server/http/route.h"
#include "server/http/schema.h"
#include "server/http/summaries.h"
#include "suggestion/registry.h"

namespace qalam::http {

namespace {

// With what is not moved into the database's file yet.
int64_t StoreBytes(const std::string& database_path) {
  int64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    if (stat((database_path + suffix).c_str(), &status) == 0) bytes += status.st_size;
  }
  return bytes;
}

StatusOr<Answer> GetInfo(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto info, Call(context, &Service::GetServerInfo, {}));
  ASSIGN_OR_RETURN(const auto summaries, context.summaries.List());
  Json experiments = Json::object(), trials = Json::object();
  TrialCounts counts;
  std::map<ExperimentState, int64_t> states;
  for (const auto& summary : summaries) {
    ++states[summary->state];
    for (const auto& [state, count] : summary->counts) counts[state] += count;
  }
  for (const auto& [state, count] : states) experiments[std::string(Name(state))] = count;
  for (const auto& [state, count] : counts) trials[std::string(Name(state))] = count;
  const auto rates = context.activity.Get(context.clock.Now());
  Json json = MessageToJson(info);
  json["operator"] = context.operator_name;
  json["workers"] = context.workers;
  json["startedAt"] = TimeToText(absl::ToUnixMillis(context.started));
  json["experiments"] = std::move(experiments);
  json["trials"] = std::move(trials);
  json["queue"] = {{"pending", counts[TrialState::kPending]},
                   {"running", counts[TrialState::kRunning]}};
  json["store"] = {{"bytes", StoreBytes(context.database_path)}};
  json["rates"] = {{"metricPointsPerSecond", rates.points_per_second},
                   {"trialsPerMinute", rates.trials_per_minute}};
  json["watchers"] = context.events.stream_count();
  return JsonAnswer(json);
}

StatusOr<Answer> GetOpenApi(const ApiContext& context, const ApiRequest& request) {
  static const auto* answer = new Answer(JsonAnswer(OpenApiDocument(Routes())));
  return *answer;
}

StatusOr<Answer> ListAlgorithms(const ApiContext& context, const ApiRequest& request) {
  ASSIGN_OR_RETURN(const auto reply, Call(context, &Service::ListAlgorithms, {}));
  Json json = MessageToJson(reply);
  for (auto& algorithm : json["algorithms"]) {
    const auto* entry = FindAlgorithm(algorithm["name"].get<std::string>());
    if (entry == nullptr) continue;
    const Capabilities& its = entry->capabilities;
    algorithm["capabilities"] = {
        {"conditional", its.conditional}, {"multiObjective", its.multi_objective},
        {"constraints", its.constraints}, {"fidelity", its.fidelity},
        {"exhaustible", its.exhaustible}, {"needsFinite", its.needs_finite},
        {"oneShot", its.one_shot}};
  }
  return JsonAnswer(json);
}

}  // namespace

void AddSystemRoutes(std::vector<Route>& routes) {
  routes.push_back(
      {"GET", "/info", "The server, its load and its store", GetInfo, Reference("SystemInfo")});
  routes.push_back({"GET", "/openapi.json", "This document", GetOpenApi, {{"type", "object"}}});
  routes.push_back({"GET", "/algorithms", "Every algorithm with its settings", ListAlgorithms,
                    ObjectOf({{"algorithms", ArrayOf(Reference("AlgorithmInfo"))}})});
}

}  // namespace qalam::http
