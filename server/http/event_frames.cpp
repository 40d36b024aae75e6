#include "server/http/event_frames.h"

#include "server/analysis/json_text.h"
#include "server/analysis/metric_series.h"
#include "server/http/answer.h"
#include "server/http/message_json.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

constexpr size_t kMostRemembered = 50'000;

bool IsOf(const Topic& topic, const std::string& name_space, const std::string& name) {
  return topic.name == name && topic.name_space == name_space;
}

const std::set<std::string>& ChangedTrialsOf(
    const std::map<std::string, std::set<std::string>>& by_experiment, const std::string& uid) {
  static const auto* none = new std::set<std::string>;
  const auto entry = by_experiment.find(uid);
  return entry == by_experiment.end() ? *none : entry->second;
}

}  // namespace

EventText MakeEvent(const std::string& name, const Json& data) {
  return std::make_shared<const std::string>(
      fmt::format("event: {}\ndata: {}\n", name, Dump(data)));
}

const ExperimentRecord* EventFrames::FindExperiment(const std::string& uid) {
  const auto known = experiments_.find(uid);
  if (known != experiments_.end()) return &known->second;
  const auto records = store_.ListExperiments({.uid = uid});
  if (!records.ok() || records->empty()) return nullptr;
  if (experiments_.size() >= kMostRemembered) experiments_.clear();
  ExperimentRecord kept;
  kept.uid = uid;
  kept.name_space = records->front().name_space;
  kept.name = records->front().name;
  kept.work_dir = records->front().work_dir;
  return &(experiments_[uid] = std::move(kept));
}

const EventFrames::TrialIdentity* EventFrames::FindTrial(const std::string& uid) {
  const auto known = trials_.find(uid);
  if (known != trials_.end()) return &known->second;
  const auto trials = store_.ListTrials({.uid = uid, .limit = 1, .with_metrics = false});
  if (!trials.ok() || trials->empty()) return nullptr;
  const auto* experiment = FindExperiment(trials->front().experiment_uid);
  if (experiment == nullptr) return nullptr;
  if (trials_.size() >= kMostRemembered) trials_.clear();
  return &(trials_[uid] = {experiment->uid, experiment->name_space, trials->front().name});
}

void EventFrames::AddSummary(const std::string& uid, std::vector<Event>& events) {
  const auto summary = summaries_.Get(uid);
  if (!summary.ok() || *summary == nullptr) return;
  events.push_back({std::make_shared<const std::string>(fmt::format(
                        "event: experiment\ndata: {{\"experiment\":{}}}\n", (*summary)->json)),
                    (*summary)->name_space});
}

void EventFrames::AddDeleted(const Topic& topic, const ChangeSet& changes,
                             std::vector<Event>& events) {
  for (const auto& change : changes.deleted) {
    if (topic.kind == Topic::Kind::kExperiment && !IsOf(topic, change.name_space, change.name)) {
      continue;
    }
    events.push_back(
        {MakeEvent("deleted", {{"namespace", change.name_space}, {"name", change.name}}),
         change.name_space});
  }
}

void EventFrames::AddTrials(const ExperimentRecord& experiment, const ChangeSet& changes,
                            const ChangeSet& reporting, std::vector<Event>& events) {
  // An event of many trials would keep the others of the stream waiting.
  constexpr size_t kMostInOneEvent = 500;
  std::set<std::string> uids = ChangedTrialsOf(changes.trials, experiment.uid);
  const auto& more = ChangedTrialsOf(reporting.reporting, experiment.uid);
  uids.insert(more.begin(), more.end());
  Json trials = Json::array();
  const auto flush = [&] {
    if (trials.empty()) return;
    events.push_back(
        {MakeEvent("trials", {{"experiment", experiment.name_space + "/" + experiment.name},
                              {"change", changes.last},
                              {"trials", std::move(trials)}})});
    trials = Json::array();
  };
  for (const auto& uid : uids) {
    const auto records = store_.ListTrials({.uid = uid, .limit = 1});
    if (!records.ok() || records->empty()) continue;
    trials.push_back(MessageToJson(ToMessage(records->front(), experiment)));
    if (trials.size() == kMostInOneEvent) flush();
  }
  flush();
}

void EventFrames::AddExperiment(const Topic& topic, const ChangeSet& changes,
                                const ChangeSet& reporting, std::vector<Event>& events) {
  std::set<std::string> uids;
  for (const auto& [uid, trials] : changes.trials) uids.insert(uid);
  for (const auto& [uid, trials] : reporting.reporting) uids.insert(uid);
  for (const auto& uid : uids) {
    const auto* experiment = FindExperiment(uid);
    if (experiment == nullptr || !IsOf(topic, experiment->name_space, experiment->name)) continue;
    AddTrials(*experiment, changes, reporting, events);
  }
  // Afterwards: whoever is told that it has ended knows how.
  for (const auto& uid : changes.experiments) {
    const auto* experiment = FindExperiment(uid);
    if (experiment == nullptr || !IsOf(topic, experiment->name_space, experiment->name)) continue;
    AddSummary(uid, events);
  }
}

void EventFrames::AddTrial(const Topic& topic, const ChangeSet& changes,
                           std::vector<Event>& events) {
  for (const auto& [experiment, uids] : changes.trials) {
    for (const auto& uid : uids) {
      const auto* trial = FindTrial(uid);
      if (trial == nullptr || !IsOf(topic, trial->name_space, trial->name)) continue;
      const auto records = store_.ListTrials({.uid = uid, .limit = 1});
      const auto* owner = FindExperiment(experiment);
      if (!records.ok() || records->empty() || owner == nullptr) continue;
      const auto message = ToMessage(records->front(), *owner);
      events.push_back({MakeEvent("trial", {{"trial", MessageToJson(message)}})});
    }
  }
  for (const auto& [uid, appended] : changes.points) {
    const auto* trial = FindTrial(uid);
    if (trial == nullptr || !IsOf(topic, trial->name_space, trial->name)) continue;
    std::vector<MetricPoint> points;
    for (const auto& some : appended) points.insert(points.end(), some->begin(), some->end());
    std::string text = "event: metrics\ndata: {\"trial\":";
    AppendJsonString(text, trial->name_space + "/" + trial->name);
    text += fmt::format(",\"since\":{},\"change\":{},\"series\":{}}}\n", changes.after,
                        changes.last, PrintMetricSeries(points));
    events.push_back({std::make_shared<const std::string>(std::move(text))});
  }
}

std::vector<Event> EventFrames::Build(const Topic& topic, const ChangeSet& changes,
                                      const ChangeSet& reporting) {
  std::vector<Event> events;
  switch (topic.kind) {
    case Topic::Kind::kExperiments:
      for (const auto& uid : changes.experiments) AddSummary(uid, events);
      AddDeleted(topic, changes, events);
      break;
    case Topic::Kind::kExperiment:
      AddExperiment(topic, changes, reporting, events);
      AddDeleted(topic, changes, events);
      break;
    case Topic::Kind::kTrial:
      AddTrial(topic, changes, events);
      break;
    case Topic::Kind::kSystem:
    case Topic::Kind::kLogs:
      break;  // they change without the store
  }
  return events;
}

}  // namespace qalam::http
