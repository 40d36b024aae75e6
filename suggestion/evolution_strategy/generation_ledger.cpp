#include "suggestion/evolution_strategy/generation_ledger.h"

#include <algorithm>

namespace qalam {

bool RanksBefore(const Member& a, const Member& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  if (a.loss != b.loss) return a.loss < b.loss;
  return a.number < b.number;
}

bool RanksEqual(const Member& a, const Member& b) {
  return a.violation == b.violation && a.loss == b.loss;
}

void GenerationLedger::Add(Member member, std::optional<GenerationKey> label) {
  members_.push_back(std::move(member));
  const Member* added = &members_.back();
  const int64_t number = added->number;
  if (label) {
    generations_[*label].push_back(added);
    Touch(*label);
    const auto next = labelled_.insert_or_assign(labelled_.end(), number, *label);
    // Trials without labels that follow it now belong with it.
    const auto beyond = std::next(next);
    for (auto trial = unlabelled_.upper_bound(number);
         trial != unlabelled_.end() && (beyond == labelled_.end() || trial->first < beyond->first);
         ++trial) {
      Place(trial->second, *label);
    }
    return;
  }
  Unlabelled& trial =
      unlabelled_.insert_or_assign(unlabelled_.end(), number, Unlabelled{added, {}})->second;
  const auto after = labelled_.lower_bound(number);
  if (after == labelled_.begin()) {
    Enqueue(added);
  } else {
    trial.key = std::prev(after)->second;
    generations_[*trial.key].push_back(added);
    Touch(*trial.key);
  }
}

void GenerationLedger::Place(Unlabelled& trial, GenerationKey key) {
  if (trial.key == key) return;
  if (trial.key) {
    std::erase(generations_[*trial.key], trial.member);
    Touch(*trial.key);
  } else {
    Dequeue(trial.member);
  }
  trial.key = key;
  generations_[key].push_back(trial.member);
  Touch(key);
}

void GenerationLedger::Touch(GenerationKey key) {
  if (!changes_.first_key || key < *changes_.first_key) changes_.first_key = key;
}

void GenerationLedger::Enqueue(const Member* member) {
  if (!queue_.empty() && queue_.back()->number > member->number) queue_is_sorted_ = false;
  queue_.push_back(member);
  changes_.first_queued = std::min(changes_.first_queued.value_or(member->number), member->number);
}

void GenerationLedger::Dequeue(const Member* member) {
  std::erase(queue_, member);
  changes_.first_queued = std::min(changes_.first_queued.value_or(member->number), member->number);
}

GenerationLedger::Changes GenerationLedger::TakeChanges() {
  if (!queue_is_sorted_) {
    std::sort(queue_.begin(), queue_.end(),
              [](const Member* a, const Member* b) { return a->number < b->number; });
    queue_is_sorted_ = true;
  }
  return std::exchange(changes_, {});
}

size_t GenerationLedger::QueuedBefore(int64_t number) const {
  const auto place =
      std::lower_bound(queue_.begin(), queue_.end(), number,
                       [](const Member* member, int64_t n) { return member->number < n; });
  return static_cast<size_t>(place - queue_.begin());
}

size_t GenerationLedger::QueueShare(size_t queue_used, int population) const {
  return std::min(queue_.size() - queue_used, static_cast<size_t>(population));
}

size_t GenerationLedger::Count(GenerationKey key, size_t queue_used, int population) const {
  const auto generation = generations_.find(key);
  return QueueShare(queue_used, population) +
         (generation == generations_.end() ? 0 : generation->second.size());
}

std::vector<const Member*> GenerationLedger::Gather(GenerationKey key, size_t queue_used,
                                                    int population) const {
  const auto first = queue_.begin() + static_cast<std::ptrdiff_t>(queue_used);
  std::vector<const Member*> members(
      first, first + static_cast<std::ptrdiff_t>(QueueShare(queue_used, population)));
  const auto generation = generations_.find(key);
  if (generation != generations_.end()) {
    members.insert(members.end(), generation->second.begin(), generation->second.end());
  }
  return members;
}

}  // namespace qalam
