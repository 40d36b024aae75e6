#include "db/running_summary.h"

namespace qalam {

void RunningSummary::Add(const MetricPoint& point, int64_t sequence) {
  // fmin and fmax pass over a NaN on either side.
  min = std::fmin(min, point.value);
  max = std::fmax(max, point.value);
  latest = point.value;
  if (!point.text.empty()) text = point.text;
  if (count == 0) first_sequence = sequence;
  last_sequence = sequence;
  const int64_t place = count++ % kPointsInBlock;
  if (place == 0 || (std::isnan(block.lowest) && !std::isnan(point.value))) {
    block = {sequence, sequence, point.value, point.value};
  } else if (point.value < block.lowest) {
    block.lowest = point.value;
    block.lowest_sequence = sequence;
  } else if (point.value > block.highest) {
    block.highest = point.value;
    block.highest_sequence = sequence;
  }
  if (place + 1 < kPointsInBlock) return;
  if (full.empty()) full_from = (count - 1) / kPointsInBlock;
  full.push_back(block);
}

}  // namespace qalam
