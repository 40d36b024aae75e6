// metrics.spool: one line a point, TIME STEP VALUE NAME. A line counts once its newline is there.
// VALUE is a number, or a JSON string where the metric's value is none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qalam::collector {

struct SpooledPoint {
  int64_t time_microseconds = 0;  // since 1970, UTC
  int64_t step = -1;              // -1: none given
  double value = 0;
  std::string metric;
  std::string text;  // a value that is no number; then `value` is NaN
};

// Appends the point's line to `text`. Control characters in the name become spaces.
void AppendSpoolLine(const SpooledPoint& point, std::string& text);

// Reads the whole lines of `text` and returns how many bytes they take. A line that is no point,
// left by a disk that was full, is passed over.
size_t ParseSpool(std::string_view text, std::vector<SpooledPoint>& points);

}  // namespace qalam::collector
