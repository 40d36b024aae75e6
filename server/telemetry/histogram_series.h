#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

#include "base/clock.h"

namespace qalam {

// Durations by labels. Family::Add would make a histogram for each observation, only to throw it
// away. Thread-safe.
class HistogramSeries {
 public:
  HistogramSeries(prometheus::Registry& registry, const std::string& name, const std::string& help,
                  prometheus::Histogram::BucketBoundaries buckets)
      : buckets_(std::move(buckets)),
        family_(prometheus::BuildHistogram().Name(name).Help(help).Register(registry)) {}

  // Labels must come from a bounded set. True when they are seen for the first time.
  bool Observe(const prometheus::Labels& labels, Duration took) {
    bool is_new = false;
    Find(labels, is_new).Observe(absl::ToDoubleSeconds(took));
    return is_new;
  }

 private:
  prometheus::Histogram& Find(const prometheus::Labels& labels, bool& is_new) {
    absl::MutexLock lock(&mutex_);
    const auto known = known_.find(labels);
    if (known != known_.end()) return *known->second;
    is_new = true;
    auto& made = family_.Add(labels, buckets_);
    known_.emplace(labels, &made);
    return made;
  }

  const prometheus::Histogram::BucketBoundaries buckets_;
  prometheus::Family<prometheus::Histogram>& family_;
  absl::Mutex mutex_;
  std::map<prometheus::Labels, prometheus::Histogram*> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
