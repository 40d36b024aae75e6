#include "tests/conformance/memory_store.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "db/downsample.h"

namespace qalam {

namespace {

bool Allowed(const std::string& asked, const std::string& value) {
  return asked.empty() || asked == value;
}

template <typename Record>
void Limit(std::vector<Record>& records, int limit) {
  if (limit > 0 && records.size() > static_cast<size_t>(limit)) records.resize(limit);
}

std::vector<MetricSummary> Summarise(const std::vector<MetricPoint>& points) {
  std::map<std::string, MetricSummary> summaries;
  for (const auto& point : points) {
    const auto [entry, fresh] = summaries.try_emplace(point.metric);
    MetricSummary& summary = entry->second;
    if (fresh) summary = {point.metric, NAN, NAN, NAN, 0, ""};
    if (!std::isnan(point.value)) {
      if (!(summary.min <= point.value)) summary.min = point.value;
      if (!(summary.max >= point.value)) summary.max = point.value;
    }
    summary.latest = point.value;
    if (!point.text.empty()) summary.text = point.text;
    ++summary.count;
  }
  std::vector<MetricSummary> list;
  for (const auto& [name, summary] : summaries) list.push_back(summary);
  return list;
}

}  // namespace

ExperimentRecord* MemoryStore::Content::Find(const std::string& uid) {
  const auto found =
      std::find_if(experiments.begin(), experiments.end(), [&](auto& e) { return e.uid == uid; });
  return found == experiments.end() ? nullptr : &*found;
}

MemoryStore::Trial* MemoryStore::Content::FindTrial(const std::string& uid) {
  const auto found =
      std::find_if(trials.begin(), trials.end(), [&](auto& t) { return t.record.uid == uid; });
  return found == trials.end() ? nullptr : &*found;
}

Status MemoryStore::Content::Create(ExperimentRecord record) {
  for (const auto& other : experiments) {
    if (other.uid == record.uid ||
        (other.name_space == record.name_space && other.name == record.name)) {
      return AlreadyExists("experiment {}", record.name);
    }
  }
  record.version = 1;
  experiments.push_back(std::move(record));
  return absl::OkStatus();
}

Status MemoryStore::Content::Update(const ExperimentRecord& record) {
  ExperimentRecord* stored = Find(record.uid);
  if (stored == nullptr) return NotFound("experiment {}", record.name);
  if (stored->version != record.version) return Aborted("experiment {}", record.name);
  ExperimentRecord changed = record;
  // What names an experiment stays.
  changed.name_space = stored->name_space;
  changed.name = stored->name;
  ++changed.version;
  *stored = std::move(changed);
  return absl::OkStatus();
}

Status MemoryStore::Content::Create(const TrialRecord& record) {
  if (Find(record.experiment_uid) == nullptr) return NotFound("no {}", record.experiment_uid);
  for (const auto& other : trials) {
    const bool sibling = other.record.experiment_uid == record.experiment_uid;
    if (other.record.uid == record.uid || (sibling && other.record.number == record.number) ||
        (sibling && other.record.name == record.name)) {
      return AlreadyExists("trial {}", record.name);
    }
  }
  trials.push_back({record, {}});
  return absl::OkStatus();
}

Status MemoryStore::Content::Update(const TrialRecord& record) {
  Trial* stored = FindTrial(record.uid);
  if (stored == nullptr) return NotFound("trial {}", record.name);
  stored->record = record;
  return absl::OkStatus();
}

Status MemoryStore::Content::Append(const TrialPoints& points) {
  Trial* stored = FindTrial(points.trial_uid);
  if (stored == nullptr) return NotFound("trial {}", points.trial_uid);
  stored->points.insert(stored->points.end(), points.points.begin(), points.points.end());
  return absl::OkStatus();
}

Status MemoryStore::Content::ClearPoints(const std::string& trial_uid) {
  Trial* stored = FindTrial(trial_uid);
  if (stored == nullptr) return NotFound("trial {}", trial_uid);
  stored->points.clear();
  return absl::OkStatus();
}

Status MemoryStore::Content::Append(EventRecord event) {
  if (Find(event.experiment_uid) == nullptr) return NotFound("no {}", event.experiment_uid);
  event.sequence = ++last_sequence;
  events.push_back(std::move(event));
  return absl::OkStatus();
}

void MemoryStore::Content::Delete(const std::string& uid) {
  std::erase_if(experiments, [&](const auto& e) { return e.uid == uid; });
  std::erase_if(trials, [&](const auto& t) { return t.record.experiment_uid == uid; });
  std::erase_if(events, [&](const auto& e) { return e.experiment_uid == uid; });
}

Status MemoryStore::Content::Apply(const WriteBatch& batch) {
  for (const auto& record : batch.create_experiments) RETURN_IF_ERROR(Create(record));
  for (const auto& record : batch.update_experiments) RETURN_IF_ERROR(Update(record));
  for (const auto& record : batch.create_trials) RETURN_IF_ERROR(Create(record));
  for (const auto& record : batch.update_trials) RETURN_IF_ERROR(Update(record));
  for (const auto& uid : batch.clear_points) RETURN_IF_ERROR(ClearPoints(uid));
  for (const auto& points : batch.append_points) RETURN_IF_ERROR(Append(points));
  for (const auto& event : batch.append_events) RETURN_IF_ERROR(Append(event));
  for (const auto& uid : batch.delete_experiments) Delete(uid);
  return absl::OkStatus();
}

Status MemoryStore::Commit(const WriteBatch& batch) {
  absl::MutexLock lock(&mutex_);
  Content changed = content_;
  RETURN_IF_ERROR(changed.Apply(batch));
  content_ = std::move(changed);
  return absl::OkStatus();
}

namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// What the document says at the path, or nothing.
std::string TextAt(const std::string& document, const char* path) {
  const auto json = nlohmann::json::parse(document, nullptr, false);
  const nlohmann::json::json_pointer pointer(path);
  return json.is_object() && json.contains(pointer) ? json[pointer].get<std::string>() : "";
}

bool IsWanted(const ExperimentQuery& query, const ExperimentRecord& e) {
  const bool active = !IsTerminal(e.state) || e.stop_requested || e.delete_requested;
  const bool state = query.states.empty() || std::find(query.states.begin(), query.states.end(),
                                                       e.state) != query.states.end();
  return Allowed(query.uid, e.uid) && Allowed(query.name_space, e.name_space) &&
         Allowed(query.name, e.name) && (active || !query.only_active) && state &&
         Lower(e.name).find(Lower(query.name_contains)) != std::string::npos &&
         Allowed(query.algorithm, TextAt(e.document_json, "/spec/algorithm/algorithmName"));
}

}  // namespace

ExperimentPlace MemoryStore::PlaceOf(const ExperimentRecord& e, ExperimentOrder order) {
  ExperimentPlace place{.uid = e.uid, .created = e.created};
  if (order == ExperimentOrder::kName) place.name = e.name;
  if (order == ExperimentOrder::kState) place.key = static_cast<double>(e.state);
  if (order == ExperimentOrder::kCompleted && e.completed != absl::InfinitePast()) {
    place.key = static_cast<double>(absl::ToUnixMicros(e.completed));
  }
  if (order == ExperimentOrder::kBest) {
    const bool most = TextAt(e.document_json, "/spec/objective/type") == "maximize";
    const auto best = BestTrial(e.uid, most ? ObjectiveType::kMaximize : ObjectiveType::kMinimize);
    if (best.ok() && *best) place.key = (*best)->objective_value;
  }
  return place;
}

StatusOr<std::vector<ExperimentRecord>> MemoryStore::ListExperiments(const ExperimentQuery& query) {
  std::vector<std::pair<ExperimentPlace, ExperimentRecord>> found;
  for (const auto& e : Copy().experiments) {
    if (IsWanted(query, e)) found.emplace_back(PlaceOf(e, query.order), e);
  }
  const bool keyed =
      query.order != ExperimentOrder::kCreated && query.order != ExperimentOrder::kName;
  const auto before = [&](const ExperimentPlace& a, const ExperimentPlace& b) {
    if (keyed && a.key.has_value() != b.key.has_value()) return a.key.has_value();
    const auto whole = [](const ExperimentPlace& place) {
      return std::tuple(place.name, place.key, place.created, place.uid);
    };
    return query.descending ? whole(b) < whole(a) : whole(a) < whole(b);
  };
  std::sort(found.begin(), found.end(),
            [&](const auto& a, const auto& b) { return before(a.first, b.first); });
  std::vector<ExperimentRecord> records;
  for (auto& [place, record] : found) {
    if (!query.after || before(*query.after, place)) records.push_back(std::move(record));
  }
  Limit(records, query.limit);
  return records;
}

StatusOr<int64_t> MemoryStore::CountExperiments(const ExperimentQuery& query) {
  const Content content = Copy();
  return std::count_if(content.experiments.begin(), content.experiments.end(),
                       [&](const auto& e) { return IsWanted(query, e); });
}

StatusOr<std::vector<TrialRecord>> MemoryStore::ListTrials(const TrialQuery& query) {
  std::vector<TrialRecord> records;
  for (const auto& trial : Copy().trials) {
    const TrialRecord& t = trial.record;
    const auto listed = [](const auto& wanted, const auto& value) {
      return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
    };
    if (!listed(query.states, t.state) || !listed(query.numbers, t.number) ||
        !Allowed(query.experiment_uid, t.experiment_uid) || !Allowed(query.uid, t.uid) ||
        !Allowed(query.name, t.name) || t.number <= query.after_number) {
      continue;
    }
    records.push_back(t);
    records.back().metrics = Summarise(trial.points);
  }
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  Limit(records, query.limit);
  return records;
}

StatusOr<TrialCounts> MemoryStore::CountTrials(const std::string& experiment_uid) {
  TrialCounts counts;
  for (const auto& trial : Copy().trials) {
    if (trial.record.experiment_uid == experiment_uid) ++counts[trial.record.state];
  }
  return counts;
}

StatusOr<std::optional<TrialRecord>> MemoryStore::BestTrial(const std::string& experiment_uid,
                                                            ObjectiveType type) {
  ASSIGN_OR_RETURN(const auto incumbents, ListIncumbents(experiment_uid, type));
  if (incumbents.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto trials, ListTrials({.experiment_uid = experiment_uid,
                                                  .numbers = {incumbents.back().number}}));
  return trials.front();
}

StatusOr<std::vector<Incumbent>> MemoryStore::ListIncumbents(const std::string& experiment_uid,
                                                             ObjectiveType type) {
  ASSIGN_OR_RETURN(const auto trials,
                   ListTrials({.experiment_uid = experiment_uid,
                               .states = {TrialState::kSucceeded, TrialState::kEarlyStopped}}));
  std::vector<Incumbent> incumbents;
  for (const auto& trial : trials) {
    if (!trial.objective_value || !std::isfinite(*trial.objective_value)) continue;
    if (!trial.IsFeasible()) continue;
    const double sign = type == ObjectiveType::kMinimize ? 1 : -1;
    if (incumbents.empty() || sign * *trial.objective_value < sign * incumbents.back().value) {
      incumbents.push_back({trial.number, *trial.objective_value});
    }
  }
  return incumbents;
}

StatusOr<MetricSeries> MemoryStore::ReadMetrics(const MetricQuery& query) {
  MetricSeries series;
  Content content = Copy();
  if (const Trial* trial = content.FindTrial(query.trial_uid)) {
    for (const auto& point : trial->points) {
      if (Allowed(query.metric, point.metric)) series.points.push_back(point);
    }
  }
  series.total = static_cast<int64_t>(series.points.size());
  if (query.max_points > 0) series.points = Downsample(std::move(series.points), query.max_points);
  return series;
}

StatusOr<std::vector<EventRecord>> MemoryStore::ListEvents(const EventQuery& query) {
  std::vector<EventRecord> records;
  for (const auto& event : Copy().events) {
    if (event.experiment_uid == query.experiment_uid && event.sequence > query.after_sequence &&
        Allowed(query.trial_uid, event.trial_uid)) {
      records.push_back(event);
    }
  }
  if (query.latest && query.limit > 0 && records.size() > static_cast<size_t>(query.limit)) {
    records.erase(records.begin(), records.end() - query.limit);
  }
  Limit(records, query.limit);
  return records;
}

}  // namespace qalam
