#include "db/pick_points.h"

#include <algorithm>

namespace qalam {

namespace {

// With fewer the ends of the curve would not leave room for what is between.
constexpr int kFewestPoints = 8;
constexpr int kEnds = 2;

int64_t CountBlocks(const CurveEnds& ends) {
  return (ends.count + kPointsInBlock - 1) / kPointsInBlock;
}

}  // namespace

bool IsDrawnFromBlocks(const CurveEnds& ends, int max_points) {
  constexpr int64_t kBlocksInBucket = 2;
  return ends.has_blocks && max_points >= kFewestPoints &&
         CountBlocks(ends) >= kBlocksInBucket * max_points / 2;
}

BlockPicker::BlockPicker(const CurveEnds& ends, int max_points)
    : ends_(ends), downsampler_(2 * CountBlocks(ends), max_points - kEnds) {}

void BlockPicker::Add(const CurveBlock& block) {
  const bool rises = block.lowest_sequence <= block.highest_sequence;
  if (rises) downsampler_.Add(block.lowest_sequence, block.lowest);
  downsampler_.Add(block.highest_sequence, block.highest);
  if (!rises) downsampler_.Add(block.lowest_sequence, block.lowest);
}

std::vector<int64_t> BlockPicker::Finish() {
  if (ends_.count % kPointsInBlock != 0) Add(ends_.last_block);
  std::vector<int64_t> picked = downsampler_.Finish();
  picked.push_back(ends_.first_sequence);
  picked.push_back(ends_.last_sequence);
  std::sort(picked.begin(), picked.end());
  picked.erase(std::unique(picked.begin(), picked.end()), picked.end());
  return picked;
}

}  // namespace qalam
