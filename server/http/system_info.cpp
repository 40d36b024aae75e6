#include "server/http/system_info.h"

#include <sys/stat.h>

#include "server/http/call.h"
#include "server/http/event_hub.h"
#include "server/http/message_json.h"
#include "server/http/summaries.h"

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

}  // namespace

StatusOr<Json> SystemInfo(const ApiContext& context) {
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
  return json;
}

}  // namespace qalam::http
