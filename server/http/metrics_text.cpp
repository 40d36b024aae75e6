#include "server/http/metrics_text.h"

#include <prometheus/text_serializer.h>

#include "server/http/event_hub.h"
#include "server/http/summaries.h"
#include "server/telemetry/process_figures.h"

#ifndef QALAM_VERSION
#define QALAM_VERSION "unknown"
#endif

namespace qalam::http {

namespace {

using Families = std::vector<prometheus::MetricFamily>;
using Labelled = std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, double>>;

// States that nothing is in are there too, as 0: a series that comes and goes cannot be summed.
template <typename State, typename Counts>
Labelled ByState(std::initializer_list<State> states, const Counts& counts) {
  Labelled values;
  for (const State state : states) {
    const auto found = counts.find(state);
    values.push_back({{{"state", std::string(Name(state))}},
                      found == counts.end() ? 0 : static_cast<double>(found->second)});
  }
  return values;
}

Status AddStates(const ApiContext& context, Families& families) {
  ASSIGN_OR_RETURN(const auto summaries, context.summaries.List());
  TrialCounts trials;
  std::map<ExperimentState, int64_t> experiments;
  for (const auto& summary : summaries) {
    ++experiments[summary->state];
    for (const auto& [state, count] : summary->counts) trials[state] += count;
  }
  families.push_back(GaugeFamily(
      "qalam_trials", "Trials by state",
      ByState(
          {TrialState::kPending, TrialState::kRunning, TrialState::kSucceeded, TrialState::kFailed,
           TrialState::kKilled, TrialState::kEarlyStopped, TrialState::kMetricsUnavailable},
          trials)));
  families.push_back(GaugeFamily(
      "qalam_experiments", "Experiments by state",
      ByState({ExperimentState::kCreated, ExperimentState::kRunning, ExperimentState::kRestarting,
               ExperimentState::kSucceeded, ExperimentState::kFailed, ExperimentState::kStopped},
              experiments)));
  return absl::OkStatus();
}

void AddLoad(const ApiContext& context, Families& families) {
  if (context.controller == nullptr) return;
  const ControllerLoad load = context.controller->Load();
  const auto add = [&](const char* name, const char* help, int64_t value) {
    families.push_back(GaugeFamily(name, help, static_cast<double>(value)));
  };
  add("qalam_controller_experiments", "Experiments that the controller looks after",
      load.experiments);
  add("qalam_reconcile_queue_events", "Events that the controller has not taken in yet",
      load.waiting_events);
  add("qalam_reconcile_queue_experiments", "Experiments that wait to be reconciled",
      load.waiting_experiments);
  add("qalam_worker_queue_jobs", "Calls that no worker has taken yet", load.waiting_jobs);
  add("qalam_workers", "Threads for calls of engines and algorithms", load.workers);
  add("qalam_workers_busy", "Those of them at work", load.busy_workers);
  families.push_back(
      GaugeFamily("qalam_reconcile_turn_timestamp_seconds",
                  "When the controller's loop last went round, in seconds since 1970",
                  static_cast<double>(absl::ToUnixMillis(load.last_turn)) / 1000));
}

}  // namespace

StatusOr<std::string> MetricsText(const ApiContext& context) {
  Families families = context.telemetry.Collect();
  RETURN_IF_ERROR(AddStates(context, families));
  AddLoad(context, families);
  families.push_back(GaugeFamily("qalam_event_streams", "Clients that watch what changes",
                                 static_cast<double>(context.events.stream_count())));
  ASSIGN_OR_RETURN(const int64_t bytes, context.database_size());
  families.push_back(
      GaugeFamily("qalam_store_bytes", "The database's size", static_cast<double>(bytes)));
  families.push_back(GaugeFamily(
      "qalam_build_info", "1, with what this program is as labels",
      {{{{"version", QALAM_VERSION}, {"compiler", __VERSION__}, {"engine", context.operator_name}},
        1}}));
  for (auto& family : ProcessFigures()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace qalam::http
