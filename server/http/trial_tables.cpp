#include "server/http/trial_tables.h"

#include <algorithm>
#include <set>

#include "controller/stored_document.h"
#include "server/http/compression.h"

namespace qalam::http {

namespace {

// Above this part of all trials, reading them all costs less than one by one.
constexpr size_t kLeastReadAll = 2000;
constexpr size_t kReadAllShare = 10;

// Fast: most clients are on this machine.
constexpr int kCompression = 1;

}  // namespace

std::shared_ptr<TrialTables::Entry> TrialTables::EntryOf(const std::string& uid) {
  absl::MutexLock lock(&mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry.first->uid == uid; });
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
  } else {
    entries_.emplace_front(std::make_shared<Entry>(), 0);
    entries_.front().first->uid = uid;
  }
  return entries_.front().first;
}

void TrialTables::DropOld() {
  // Whoever uses a dropped one keeps it as long.
  size_t trials = 0, tables = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    trials += entry->second;
    ++tables;
    const bool keep = tables == 1 || (tables <= kMostTables && trials <= kMostTrials);
    entry = keep ? std::next(entry) : entries_.erase(entry);
  }
}

Status TrialTables::CatchUp(const ExperimentRecord& experiment, Entry& entry) {
  uint64_t last = 0;
  std::set<std::string> changed;
  const bool complete =
      entry.table != nullptr &&
      changes_.ForEachSince(
          entry.seen,
          [&](const Change& change) {
            if (change.experiment_uid != experiment.uid || change.trial_uid.empty()) return;
            changed.insert(change.trial_uid);
          },
          &last);
  const size_t most =
      entry.table == nullptr ? 0 : std::max(kLeastReadAll, entry.table->size() / kReadAllShare);
  if (!complete || changed.size() > most) {
    last = changes_.Sequence();
    ASSIGN_OR_RETURN(const auto document, ParseStoredDocument(experiment.document_json));
    ASSIGN_OR_RETURN(auto table, LoadTrialTable(store_, experiment.uid, document.spec));
    entry.table = std::make_shared<TrialTable>(std::move(table));
  } else if (!changed.empty()) {
    // Those who look at the old one go on doing so.
    if (entry.table.use_count() > 1) entry.table = std::make_shared<TrialTable>(*entry.table);
    for (const auto& uid : changed) {
      ASSIGN_OR_RETURN(const auto trials, store_.ListTrials({.uid = uid, .limit = 1}));
      for (const auto& trial : trials) entry.table->Put(trial);
    }
  }
  entry.seen = last;
  return absl::OkStatus();
}

StatusOr<TrialsNow> TrialTables::Get(const ExperimentRecord& experiment) {
  const auto entry = EntryOf(experiment.uid);
  TrialsNow now;
  {
    absl::MutexLock lock(&entry->mutex);
    RETURN_IF_ERROR(CatchUp(experiment, *entry));
    now = {entry->table, entry->seen};
  }
  absl::MutexLock lock(&mutex_);
  for (auto& [kept, trials] : entries_) {
    if (kept == entry) trials = now.table->size();
  }
  DropOld();
  return now;
}

StatusOr<TrialTables::Printed> TrialTables::Print(const ExperimentRecord& experiment) {
  const uint64_t sequence = changes_.Sequence(experiment.uid);
  const auto entry = EntryOf(experiment.uid);
  {
    absl::MutexLock lock(&entry->mutex);
    if (entry->printed.gzip != nullptr && entry->printed.sequence == sequence) {
      return entry->printed;
    }
  }
  ASSIGN_OR_RETURN(const auto now, Get(experiment));
  const std::string text =
      PrintTrialTable(now.table->columns(), static_cast<int64_t>(now.change), TableNumbers::kShort);
  Printed printed{std::make_shared<const std::string>(Gzip(text, kCompression)), now.change,
                  sequence};
  absl::MutexLock lock(&entry->mutex);
  entry->printed = printed;
  return printed;
}

}  // namespace qalam::http
