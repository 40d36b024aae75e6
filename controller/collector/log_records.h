// A trial's records within a log of lines, for engines that bring nothing back but such a log: see
// docs/formats/log-records.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "controller/collector/job.h"
#include "controller/collector/record_sink.h"

namespace qalam::collector {

// Writes to a descriptor: lines of text as they are, and all else as lines that begin with the
// record separator and hold JSON. A line that is not whole is held back for a moment.
class LogSink final : public RecordSink {
 public:
  // `mark` names the trial's run.
  LogSink(int fd, std::string mark);

  size_t Output(std::string_view data) override;
  size_t Spool(std::string_view lines) override;
  std::optional<std::chrono::steady_clock::time_point> flush_at() const override;
  void Flush() override;
  // The last record.
  void WriteResult(const Result& result);

 private:
  void AddOutput(std::string_view bytes, std::string& text) const;
  void Write(std::string_view text);

  const int fd_;
  const std::string mark_;
  std::string begun_;  // the line that is not whole
  std::chrono::steady_clock::time_point begun_at_;
  uint64_t output_bytes_ = 0, spool_bytes_ = 0;
};

// What the records of a run say.
struct LogReader {
  std::function<void(std::string_view)> output;
  std::function<void(std::string_view)> spool;
  // With how many bytes of output and of spool there were.
  std::function<void(const Result&, uint64_t output_bytes, uint64_t spool_bytes)> ended;
};

// Takes one line of the log, without its newline.
void ReadLogLine(std::string_view line, const std::string& mark, const LogReader& reader);

}  // namespace qalam::collector
