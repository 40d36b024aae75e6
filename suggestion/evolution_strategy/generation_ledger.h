#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "suggestion/evolution_strategy/latent_space.h"

namespace qalam {

// Generation `generation` of the run after `restart` restarts.
struct GenerationKey {
  int restart = 0;
  int generation = 0;
  auto operator<=>(const GenerationKey&) const = default;
};

// A finished trial as the evolution strategy sees it.
struct Member {
  int64_t number = 0;
  double loss = 0;       // infinite for a failed trial
  double violation = 0;  // sum of what is broken; 0 when feasible, infinite when failed
  int draw = 0;          // which of the number's draws was handed out
  LatentPoint latent;    // the told point encoded
  Point point;           // kept only where the encoding is lossy
};

// Feasible before infeasible, then by violation, then by loss (Deb, "An efficient constraint
// handling method for genetic algorithms", 2000), then by trial number.
bool RanksBefore(const Member& a, const Member& b);
// Whether only the number tells them apart.
bool RanksEqual(const Member& a, const Member& b);

// Sorts finished trials into generations, as a function of the set of trials alone:
//  - a trial that a generation's distribution proposed says so by its labels, and is of it;
//  - a trial without labels (a user's own, or labels that a controller dropped) is of the
//    generation of the labelled trial just before it by number;
//  - those before any labelled one wait in a queue by number, from which each generation first
//    takes up to its population.
// Amortised O(log n) a trial.
class GenerationLedger {
 public:
  // What Add has touched since the last call of TakeChanges.
  struct Changes {
    std::optional<GenerationKey> first_key;
    std::optional<int64_t> first_queued;  // a trial number
  };

  void Add(Member member, std::optional<GenerationKey> label);
  Changes TakeChanges();
  // Trials in the queue with a number below this.
  size_t QueuedBefore(int64_t number) const;
  // How many of the queue a generation takes when `queue_used` are gone.
  size_t QueueShare(size_t queue_used, int population) const;
  // The labelled members of a generation and its share of the queue; in no order.
  std::vector<const Member*> Gather(GenerationKey key, size_t queue_used, int population) const;
  size_t Count(GenerationKey key, size_t queue_used, int population) const;

 private:
  struct Unlabelled {
    const Member* member;
    std::optional<GenerationKey> key;  // none: in the queue
  };
  void Touch(GenerationKey key);
  void Enqueue(const Member* member);
  void Dequeue(const Member* member);
  void Place(Unlabelled& trial, GenerationKey key);

  std::deque<Member> members_;
  std::map<GenerationKey, std::vector<const Member*>> generations_;
  std::map<int64_t, GenerationKey> labelled_;
  std::map<int64_t, Unlabelled> unlabelled_;
  std::vector<const Member*> queue_;  // by number once TakeChanges has been called
  bool queue_is_sorted_ = true;
  Changes changes_;
};

}  // namespace qalam
