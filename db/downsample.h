#pragma once

#include <cstdint>
#include <vector>

#include "db/store.h"

namespace qalam {

// Picks at most `max_points` of a curve (never fewer than 4) in one pass that holds none of it: the
// first and the last point, and of buckets of equal count each one's first lowest and first highest
// value, so that no spike is hidden. NaN is picked only from a bucket of nothing else.
class Downsampler {
 public:
  // `total` points will come.
  Downsampler(int64_t total, int max_points);

  // `key` tells the point from the others; keys grow.
  void Add(int64_t key, double value);
  // The keys picked, growing.
  std::vector<int64_t> Finish();

 private:
  struct Candidate {
    int64_t key = 0;
    double value = 0;
  };
  void CloseBucket();

  const int64_t total_, buckets_;
  const bool keep_all_;
  int64_t added_ = 0, bucket_ = 0, bucket_end_ = 0;
  bool bucket_is_empty_ = true;
  Candidate lowest_, highest_;
  int64_t last_key_ = 0;
  std::vector<int64_t> picked_;
};

// Each metric's points on their own. Order is kept.
std::vector<MetricPoint> Downsample(std::vector<MetricPoint> points, int max_points);

}  // namespace qalam
