#include "server/change_log.h"

#include "base/uid.h"

namespace qalam {

ChangeLog::ChangeLog() : epoch_(NewUid().substr(0, 8)) {}

void ChangeLog::Publish(std::vector<Change> changes) {
  absl::MutexLock lock(&mutex_);
  for (auto& change : changes) {
    change.sequence = ++sequence_;
    sequences_[change.experiment_uid] = sequence_;
    if (change.points != nullptr) points_ += change.points->size();
    changes_.push_back(std::move(change));
  }
  Forget();
}

void ChangeLog::Forget() {
  while (changes_.size() > kMostChanges || points_ > kMostPoints) {
    const Change& oldest = changes_.front();
    if (oldest.points != nullptr) points_ -= oldest.points->size();
    // Uids are never used again: after its deletion nobody asks for the experiment.
    if (oldest.kind == Change::Kind::kDeleted) sequences_.erase(oldest.experiment_uid);
    changes_.pop_front();
  }
}

uint64_t ChangeLog::Sequence() const {
  absl::MutexLock lock(&mutex_);
  return sequence_;
}

uint64_t ChangeLog::Sequence(const std::string& experiment_uid) const {
  absl::MutexLock lock(&mutex_);
  const auto entry = sequences_.find(experiment_uid);
  return entry == sequences_.end() ? 0 : entry->second;
}

uint64_t ChangeLog::WaitPast(uint64_t seen, Time deadline) {
  const auto changed = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return sequence_ > seen || woken_;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(&changed), deadline);
  woken_ = false;
  return sequence_;
}

uint64_t ChangeLog::WaitPast(const std::string& experiment_uid, uint64_t seen,
                             Duration timeout) const {
  uint64_t current = seen;
  const auto changed = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const auto entry = sequences_.find(experiment_uid);
    current = experiment_uid.empty() ? sequence_ : entry == sequences_.end() ? 0 : entry->second;
    return current != seen;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&changed), timeout);
  return current;
}

void ChangeLog::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

bool ChangeLog::ForEachSince(uint64_t sequence, const std::function<void(const Change&)>& visit,
                             uint64_t* last) const {
  absl::MutexLock lock(&mutex_);
  *last = sequence_;
  // Sequences have no gaps.
  const uint64_t first = sequence_ - changes_.size() + 1;
  if (sequence + 1 < first || sequence > sequence_) return false;
  for (size_t i = sequence + 1 - first; i < changes_.size(); ++i) visit(changes_[i]);
  return true;
}

}  // namespace qalam
