#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "controller/collector/line_splitter.h"
#include "controller/collector/metric_parser.h"
#include "controller/collector/metric_source.h"
#include "controller/collector/record_sink.h"
#include "controller/collector/stop_judge.h"

namespace qalam::collector {

// Since 1970.
int64_t NowMicroseconds();

// A file that is made when the first byte comes, since many trials write none.
class AppendedFile {
 public:
  explicit AppendedFile(std::string path) : path_(std::move(path)) {}
  // Returns how many bytes were written before the disk refused.
  size_t Append(std::string_view data);
  // Removes the last `bytes` again; false when that cannot be done either.
  bool TakeBack(size_t bytes);

 private:
  const std::string path_;
  FileDescriptor file_;
};

// Writes down the trial's output and the metrics found. What is lost, the disk being full, is
// remembered, but does not stop the trial.
class Recorder {
 public:
  static StatusOr<std::unique_ptr<Recorder>> Open(std::unique_ptr<RecordSink> sink, const Job& job);

  // Bytes of the command's output; metrics are looked for when `source` is StdOut.
  void Output(std::string_view data);
  // Points from elsewhere.
  void Points(std::vector<SpooledPoint> points);
  // The end of the output: its last line may have no newline.
  void Finish();
  // What the sink holds back goes on once its time has come.
  std::optional<SteadyClock::time_point> flush_at() const { return sink_->flush_at(); }
  void FlushDue();
  uint64_t lost_bytes() const { return lost_bytes_; }
  // Because of what the trial is to be stopped, as its points say; nullopt while it may go on.
  std::optional<std::string> hopeless() const { return judge_ ? judge_->hopeless() : std::nullopt; }

 private:
  // `judge` may be null.
  Recorder(std::unique_ptr<RecordSink> sink, std::unique_ptr<MetricParser> parser,
           std::unique_ptr<StopJudge> judge, bool parse_output)
      : sink_(std::move(sink)),
        parser_(std::move(parser)),
        judge_(std::move(judge)),
        parse_output_(parse_output) {}

  void Line(std::string_view line, int64_t now) { parser_->Parse(line, now, points_); }
  void WriteSpool();

  const std::unique_ptr<RecordSink> sink_;
  const std::unique_ptr<MetricParser> parser_;
  const std::unique_ptr<StopJudge> judge_;
  const bool parse_output_;
  LineSplitter output_lines_;
  std::vector<SpooledPoint> points_;
  uint64_t lost_bytes_ = 0;
};

}  // namespace qalam::collector
