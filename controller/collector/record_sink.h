// Where a trial's output and its points go.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace qalam::collector {

class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Bytes of the output. Returns how many of them are kept.
  virtual size_t Output(std::string_view data) = 0;
  // Whole lines of the spool. Returns how many bytes are lost.
  virtual size_t Spool(std::string_view lines) = 0;
  // By when Flush is to be called, where something is held back.
  virtual std::optional<std::chrono::steady_clock::time_point> flush_at() const {
    return std::nullopt;
  }
  virtual void Flush() {}
};

// Into the files of the folder. A full disk loses output.
std::unique_ptr<RecordSink> MakeFolderSink(const std::string& directory);

}  // namespace qalam::collector
