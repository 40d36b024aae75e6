#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace qalam::kubernetes {

// Cuts what comes in pieces into lines.
class LineReader {
 public:
  explicit LineReader(size_t longest = 32 << 20) : longest_(longest) {}

  // Calls take(line), without its newline, for each line that ends in `data`, as long as it returns
  // true. RESOURCE_EXHAUSTED for a line that is too long.
  template <typename Take>
  Status Feed(std::string_view data, Take take) {
    while (!data.empty()) {
      const size_t end = data.find('\n');
      const std::string_view part = data.substr(0, end);
      if (begun_.size() + part.size() > longest_) {
        return ResourceExhausted("the server sent a line of more than {} bytes", longest_);
      }
      if (end == std::string_view::npos) {
        begun_ += part;
        return absl::OkStatus();
      }
      data.remove_prefix(end + 1);
      bool go_on = true;
      if (begun_.empty()) {
        go_on = take(part);
      } else {
        begun_ += part;
        go_on = take(std::string_view(begun_));
        begun_.clear();
      }
      if (!go_on) return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  // Forgets a line that has no newline yet.
  void Reset() { begun_.clear(); }

 private:
  const size_t longest_;
  std::string begun_;
};

}  // namespace qalam::kubernetes
