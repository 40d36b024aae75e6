#include "server/http/system_info.h"

#include "server/http/call.h"
#include "server/http/event_hub.h"
#include "server/http/message_json.h"
#include "server/http/summaries.h"

namespace qalam::http {

StatusOr<Json> SystemInfo(const ApiContext& context) {
  ASSIGN_OR_RETURN(const auto info, Call(context, &Service::GetServerInfo, {}));
  ASSIGN_OR_RETURN(const auto summaries, context.summaries.List());
  Json experiments = Json::object(), trials = Json::object();
  TrialCounts counts;
  std::map<ExperimentState, int64_t> states;
  for (const auto& summary : summaries) {
    ASSIGN_OR_RETURN(const bool may_see, context.MaySee(summary->name_space));
    if (!may_see) continue;
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
  ASSIGN_OR_RETURN(const int64_t bytes, context.database_size());
  json["store"] = {{"bytes", bytes}};
  json["rates"] = {{"metricPointsPerSecond", rates.points_per_second},
                   {"trialsPerMinute", rates.trials_per_minute}};
  json["watchers"] = context.events.stream_count();
  json["insecure"] = context.is_insecure;
  return json;
}

}  // namespace qalam::http
