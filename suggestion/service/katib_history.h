// What a Katib session has been told, and how a request's whole history differs from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/proto/api_v1_beta1.pb.h"
#include "base/status.h"

namespace qalam {

bool IsFinished(const ::api::v1::beta1::Trial& trial);
// Nullopt for text, and for "unavailable", which Katib writes where there is none.
std::optional<double> NumberOf(const ::api::v1::beta1::Metric& metric);

// A hash of what a sampler learns of the trial: its end, its parameters and its metrics. Times are
// left out, since they would make every trial look changed. The same in this process only.
uint64_t Fingerprint(const ::api::v1::beta1::Trial& trial);

// Katib resends the whole history with each call, mostly in the same order, so the usual cost is
// one comparison of names and one fingerprint a trial.
class KatibHistory {
 public:
  struct Difference {
    // For each trial of the request, its number: in the order first seen.
    std::vector<int64_t> numbers;
    // Positions in the request of finished trials that were not told yet, and their fingerprints.
    std::vector<int> untold;
    std::vector<uint64_t> untold_fingerprints;
    // What was told has changed or is gone. It cannot be unsaid: a new history must be begun.
    bool contradicts = false;
  };

  // INVALID_ARGUMENT for trials without a name or two of one name. New names are remembered.
  StatusOr<Difference> Compare(const ::api::v1::beta1::GetSuggestionsRequest& request);
  // The untold trials of the last difference have been told.
  void Told(const Difference& difference);

 private:
  struct Known {
    std::string name;
    uint64_t fingerprint = 0;  // 0: not finished, or not told
    uint64_t last_call = 0;    // the last comparison that it was in
  };

  std::vector<Known> known_;  // by number
  std::unordered_map<std::string, int64_t> numbers_;
  uint64_t calls_ = 0;
  size_t told_ = 0;
};

}  // namespace qalam
