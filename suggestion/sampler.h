// The contract of every algorithm that proposes trials.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/states.h"
#include "base/status.h"
#include "suggestion/search_space.h"

namespace qalam {

// A finished trial. Objectives are oriented so that smaller is better: the caller negates what the
// user maximises, which makes maximising and minimising mirror images by construction.
struct TrialResult {
  int64_t number = 0;  // below 0: known from elsewhere before the experiment began (a warm start)
  Point point;
  TrialState state = TrialState::kSucceeded;  // terminal
  // One per objective, the main one first; empty when the trial has none. May hold NaN.
  std::vector<double> objectives;
  // One per outcome constraint: by how much it is broken, so 0 and below hold; NaN is not known.
  std::vector<double> violations;
  std::map<std::string, std::string> labels;
};

struct PendingPoint {
  int64_t number = 0;
  Point point;
};

struct SampleRequest {
  int count = 1;
  int64_t first_trial_number = 0;
  std::vector<PendingPoint> pending;  // proposed and not yet finished
  // Set for a sampler of the registry when the space has constraints: TakenPoints then says of a
  // point that breaks one that it is taken, which keeps it from being proposed.
  const SearchSpace* constrained_space = nullptr;
};

struct Proposal {
  int64_t trial_number = 0;
  Point point;
  std::map<std::string, std::string> labels;
};

// An example of a life, with trial 1 failing and a restart after it:
//   Tell({trial 0: 0.3}); Suggest({1, first 1}) -> a;  Tell({trial 1: failed});
//   [new process] Tell({trial 0: 0.3, trial 1: failed}); Suggest({1, first 2}) -> as if never died.
//
// Not thread-safe; does no I/O.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // Learns finished trials, each once, in any order; the state depends on the set alone, not on the
  // order or on how it was cut into calls. O(what is new), amortised.
  virtual void Tell(std::span<const TrialResult> results) = 0;

  // Draws only from streams keyed by (seed, trial number, purpose), so a repeated call gives the
  // same answer. Fewer than `count` proposals mean that the space holds nothing more to try.
  // Proposals lie in the space exactly and are not twins of each other, of pending points or of
  // finished ones while untried points remain.
  virtual StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const = 0;
};

}  // namespace qalam
