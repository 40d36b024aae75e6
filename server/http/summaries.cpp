#include "server/http/summaries.h"

#include <algorithm>
#include <cmath>

#include "server/http/answer.h"
#include "server/http/message_json.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

constexpr size_t kSparklinePoints = 32;
// Above this, one reading of all trials costs less.
constexpr size_t kMostSingleReads = 200;

double ObjectiveOf(const TrialRecord& trial) {
  const bool counts =
      trial.state == TrialState::kSucceeded || trial.state == TrialState::kEarlyStopped;
  if (!counts || !trial.objective_value || !trial.IsFeasible()) return NAN;
  return std::isfinite(*trial.objective_value) ? *trial.objective_value : NAN;
}

void Put(const TrialRecord& trial, std::vector<double>& objectives) {
  const auto number = static_cast<size_t>(trial.number);
  if (objectives.size() <= number) objectives.resize(number + 1, NAN);
  objectives[number] = ObjectiveOf(trial);
}

}  // namespace

std::vector<double> Incumbents(const std::vector<double>& objectives, bool maximize, size_t most) {
  std::vector<double> all;
  double best = NAN;
  for (const double value : objectives) {
    if (!std::isnan(value) && (std::isnan(best) || (maximize ? value > best : value < best))) {
      best = value;
    }
    if (!std::isnan(best)) all.push_back(best);
  }
  if (all.size() <= most) return all;
  std::vector<double> some;
  for (size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

Status Summaries::ReadObjectives(const std::string& uid, Entry& entry) {
  if (!entry.has_objectives || entry.changed_trials.size() > kMostSingleReads) {
    ASSIGN_OR_RETURN(const auto trials,
                     store_.ListTrials({.experiment_uid = uid, .with_metrics = false}));
    entry.objectives.clear();
    for (const auto& trial : trials) Put(trial, entry.objectives);
  } else {
    for (const auto& trial_uid : entry.changed_trials) {
      ASSIGN_OR_RETURN(const auto trials,
                       store_.ListTrials({.uid = trial_uid, .limit = 1, .with_metrics = false}));
      for (const auto& trial : trials) Put(trial, entry.objectives);
    }
  }
  entry.has_objectives = true;
  entry.changed_trials.clear();
  return absl::OkStatus();
}

Status Summaries::Refresh(const ExperimentRecord& record, Entry& entry) {
  ASSIGN_OR_RETURN(const auto message, ToMessage(store_, documents_, record, false));
  RETURN_IF_ERROR(ReadObjectives(record.uid, entry));
  auto summary = std::make_shared<ExperimentSummary>();
  summary->uid = record.uid;
  summary->name_space = record.name_space;
  summary->name = record.name;
  summary->algorithm = message.algorithm();
  summary->state = record.state;
  summary->created = record.created;
  summary->completed = record.completed;
  summary->maximize = message.objective_type() == ::api::v1::beta1::MAXIMIZE;
  if (message.best_trial().has_objective_value()) {
    summary->best = message.best_trial().objective_value();
  }
  ASSIGN_OR_RETURN(summary->counts, store_.CountTrials(record.uid));
  Json json = MessageToJson(message);
  json.erase("documentYaml");
  Json sparkline = Json::array();
  for (const double value : Incumbents(entry.objectives, summary->maximize, kSparklinePoints)) {
    sparkline.push_back(value);
  }
  json["sparkline"] = std::move(sparkline);
  summary->json = Dump(json);
  entry.summary = std::move(summary);
  entry.is_current = true;
  return absl::OkStatus();
}

Status Summaries::Refresh(const std::string& uid, Entry& entry) {
  ASSIGN_OR_RETURN(const auto records, store_.ListExperiments({.uid = uid}));
  if (!records.empty()) return Refresh(records.front(), entry);
  entry.summary.reset();
  entry.is_current = true;
  return absl::OkStatus();
}

Status Summaries::CatchUp() {
  uint64_t last = 0;
  const bool complete =
      is_loaded_ && changes_.ForEachSince(
                        seen_,
                        [this](const Change& change) ABSL_NO_THREAD_SAFETY_ANALYSIS {
                          if (change.kind == Change::Kind::kPoints) return;
                          Entry& entry = entries_[change.experiment_uid];
                          entry.is_current = false;
                          if (change.kind == Change::Kind::kTrial) {
                            entry.changed_trials.insert(change.trial_uid);
                          }
                        },
                        &last);
  if (!complete) {
    last = changes_.Sequence();
    entries_.clear();
    ASSIGN_OR_RETURN(const auto records, store_.ListExperiments({}));
    for (const auto& record : records) RETURN_IF_ERROR(Refresh(record, entries_[record.uid]));
    is_loaded_ = true;
  }
  seen_ = last;
  return absl::OkStatus();
}

StatusOr<std::vector<std::shared_ptr<const ExperimentSummary>>> Summaries::List() {
  std::vector<std::shared_ptr<const ExperimentSummary>> summaries;
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(CatchUp());
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (!entry->second.is_current) RETURN_IF_ERROR(Refresh(entry->first, entry->second));
      if (entry->second.summary == nullptr) {
        entry = entries_.erase(entry);
        continue;
      }
      summaries.push_back(entry->second.summary);
      ++entry;
    }
  }
  std::sort(summaries.begin(), summaries.end(), [](const auto& a, const auto& b) {
    return std::tie(a->created, a->uid) < std::tie(b->created, b->uid);
  });
  return summaries;
}

StatusOr<std::shared_ptr<const ExperimentSummary>> Summaries::Get(const std::string& uid) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(CatchUp());
  const auto entry = entries_.find(uid);
  if (entry == entries_.end()) return nullptr;
  if (!entry->second.is_current) RETURN_IF_ERROR(Refresh(uid, entry->second));
  return entry->second.summary;
}

}  // namespace qalam::http
