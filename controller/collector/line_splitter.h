#pragma once

#include <string>
#include <string_view>

namespace qalam::collector {

// Cuts a stream into lines in bounded memory: of a line longer than kMaxLine only the beginning is
// handed on, since nobody prints a metric after 64 KiB of one line.
class LineSplitter {
 public:
  static constexpr size_t kMaxLine = 64 << 10;

  // Calls take(line) for each line that ends in `data`.
  template <typename Take>
  void Feed(std::string_view data, Take take) {
    while (!data.empty()) {
      const size_t end = data.find('\n');
      const std::string_view part = data.substr(0, end);
      if (line_.size() < kMaxLine) line_.append(part.substr(0, kMaxLine - line_.size()));
      if (end == std::string_view::npos) return;
      Flush(take);
      data.remove_prefix(end + 1);
    }
  }

  // The last line may have no newline.
  template <typename Take>
  void Flush(Take take) {
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) take(std::string_view(line_));
    line_.clear();
  }

 private:
  std::string line_;
};

}  // namespace qalam::collector
