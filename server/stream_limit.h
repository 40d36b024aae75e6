#pragma once

#include <atomic>
#include <memory>

#include "base/status.h"

namespace qalam {

// How many calls are answered by streams at once: each holds a thread for as long as its client
// likes. Thread-safe.
class StreamLimit {
 public:
  // More than people and programs that watch, and few enough threads for any machine.
  static constexpr int kMost = 500;

  // A place, free again when what is returned goes, which this must outlive. RESOURCE_EXHAUSTED
  // when all are taken.
  StatusOr<std::shared_ptr<void>> Begin() {
    std::shared_ptr<void> place(nullptr, [this](void*) { --open_; });
    if (++open_ > kMost) {
      return ResourceExhausted("{} streams are open already; end some, or ask again later", kMost);
    }
    return place;
  }

 private:
  std::atomic<int> open_ = 0;
};

}  // namespace qalam
