// Which points of a metric a curve is drawn from, alike in every back end.
#pragma once

#include <cstdint>
#include <vector>

#include "db/downsample.h"
#include "db/running_summary.h"

namespace qalam {

// Of a metric's row.
struct CurveEnds {
  int64_t count = 0;
  bool has_blocks = false;
  int64_t first_sequence = 0, last_sequence = 0;
  CurveBlock last_block;  // the one that is not full, where there is one
};

// Whether each bucket of the down-sampled curve has several blocks, so that these are enough.
bool IsDrawnFromBlocks(const CurveEnds& ends, int max_points);

// Picks from a long curve without reading its points: as Downsampler does, with buckets that begin
// and end with blocks. Add every full block in order.
class BlockPicker {
 public:
  BlockPicker(const CurveEnds& ends, int max_points);
  void Add(const CurveBlock& block);
  // The sequences picked, growing.
  std::vector<int64_t> Finish();

 private:
  const CurveEnds ends_;
  Downsampler downsampler_;
};

}  // namespace qalam
