#include "server/http/summaries.h"

#include <algorithm>
#include <cmath>

#include "server/analysis/incumbent.h"
#include "server/http/answer.h"
#include "server/http/message_json.h"
#include "server/messages.h"

namespace qalam::http {

namespace {

// Above this, reading all of them anew costs less.
constexpr size_t kMostSingleReads = 200;

bool IsCandidate(const TrialRecord& trial) {
  const bool counts =
      trial.state == TrialState::kSucceeded || trial.state == TrialState::kEarlyStopped;
  return counts && trial.IsFeasible() && trial.objective_value &&
         std::isfinite(*trial.objective_value);
}

}  // namespace

void AddToIncumbents(const Incumbent& trial, ObjectiveType type,
                     std::vector<Incumbent>& incumbents) {
  const auto is_better = [type](double a, double b) {
    return type == ObjectiveType::kMaximize ? a > b : a < b;
  };
  auto next = std::find_if(incumbents.begin(), incumbents.end(), [&](const Incumbent& incumbent) {
    return incumbent.number >= trial.number;
  });
  if (next != incumbents.begin() && !is_better(trial.value, std::prev(next)->value)) return;
  // Those after it that are not better were incumbents only for want of it.
  const auto end = std::find_if(next, incumbents.end(), [&](const Incumbent& incumbent) {
    return incumbent.number != trial.number && is_better(incumbent.value, trial.value);
  });
  next = incumbents.erase(next, end);
  incumbents.insert(next, trial);
}

Status Summaries::ReadIncumbents(const std::string& uid, ObjectiveType type, Entry& entry) {
  if (!entry.has_incumbents || entry.changed_trials.size() > kMostSingleReads) {
    ASSIGN_OR_RETURN(entry.incumbents, store_.ListIncumbents(uid, type));
  } else {
    for (const auto& trial_uid : entry.changed_trials) {
      ASSIGN_OR_RETURN(const auto trials,
                       store_.ListTrials({.uid = trial_uid, .limit = 1, .with_metrics = false}));
      for (const auto& trial : trials) {
        if (!IsCandidate(trial)) continue;
        AddToIncumbents({trial.number, *trial.objective_value}, type, entry.incumbents);
      }
    }
  }
  entry.has_incumbents = true;
  entry.changed_trials.clear();
  return absl::OkStatus();
}

Status Summaries::Refresh(const ExperimentRecord& record, Entry& entry) {
  ASSIGN_OR_RETURN(const auto message, ToMessage(store_, documents_, record, false));
  const auto type = message.objective_type() == ::api::v1::beta1::MAXIMIZE
                        ? ObjectiveType::kMaximize
                        : ObjectiveType::kMinimize;
  RETURN_IF_ERROR(ReadIncumbents(record.uid, type, entry));
  auto summary = std::make_shared<ExperimentSummary>();
  summary->uid = record.uid;
  summary->name_space = record.name_space;
  summary->name = record.name;
  summary->algorithm = message.algorithm();
  summary->state = record.state;
  summary->created = record.created;
  summary->completed = record.completed;
  if (message.best_trial().has_objective_value()) {
    summary->best = message.best_trial().objective_value();
  }
  ASSIGN_OR_RETURN(summary->counts, store_.CountTrials(record.uid));
  Json json = MessageToJson(message);
  json.erase("documentYaml");
  int64_t trials = 0;
  for (const auto& [state, count] : summary->counts) trials += count;
  json["sparkline"] = Sparkline(entry.incumbents, trials);
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
