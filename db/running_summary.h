#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam {

// The extremes of kPointsInBlock points of a metric that follow each other: a long curve is drawn
// from its blocks. Of nothing but NaN they are the first point. Where several are alike, the first.
struct CurveBlock {
  int64_t lowest_sequence = 0, highest_sequence = 0;
  double lowest = NAN, highest = NAN;
};
inline constexpr int64_t kPointsInBlock = 256;

// A metric's summary while points are added to it.
struct RunningSummary {
  int64_t id = 0;  // of its row; 0 while there is none
  double min = NAN, max = NAN, latest = NAN;
  int64_t count = 0;
  std::string text;
  bool has_blocks = true;  // false: its first points were stored before there were any
  int64_t first_sequence = 0, last_sequence = 0;
  CurveBlock block;  // of the last count % kPointsInBlock points, where there are any
  // Blocks that have become full, from that of number `full_from`.
  int64_t full_from = 0;
  std::vector<CurveBlock> full;

  void Add(const MetricPoint& point, int64_t sequence);
};

}  // namespace qalam
