#include "controller/trial_look.h"

namespace qalam {

TrialLook LookAt(TrialOperator& trial_operator, const std::string& handle, uint64_t offset) {
  // Bounded: a trial that reports without end must not keep its worker for good.
  constexpr size_t kMostPoints = 50000;
  TrialLook look;
  look.next_offset = offset;
  const auto states = trial_operator.Poll({&handle, 1});
  look.status = states.status();
  if (states.ok()) look.job = states->front();
  bool more = true;
  while (look.status.ok() && more && look.points.size() < kMostPoints) {
    auto chunk = trial_operator.ReadObservations(handle, look.next_offset);
    look.status = chunk.status();
    if (!chunk.ok()) break;
    look.next_offset = chunk->next_offset;
    look.points.insert(look.points.end(), chunk->points.begin(), chunk->points.end());
    more = chunk->more;
  }
  look.more = more && look.status.ok();
  if (look.more) look.job = {JobState::kRunning, "", ""};
  return look;
}

}  // namespace qalam
