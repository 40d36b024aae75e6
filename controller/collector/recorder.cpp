#include "controller/collector/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace qalam::collector {

int64_t NowMicroseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

namespace {

// Returns how many bytes were written before the disk refused.
size_t WriteAll(int fd, std::string_view data) {
  size_t written = 0;
  while (written < data.size()) {
    const ssize_t got = write(fd, data.data() + written, data.size() - written);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    written += got;
  }
  return written;
}

}  // namespace

size_t AppendedFile::Append(std::string_view data) {
  if (!file_.valid()) {
    file_ = FileDescriptor(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  }
  return WriteAll(file_.get(), data);
}

bool AppendedFile::TakeBack(size_t bytes) {
  struct stat status;
  return fstat(file_.get(), &status) == 0 &&
         ftruncate(file_.get(), status.st_size - static_cast<off_t>(bytes)) == 0;
}

namespace {

class FolderSink final : public RecordSink {
 public:
  explicit FolderSink(const std::string& directory)
      : output_(directory + "/" + kOutputFile), spool_(directory + "/" + kSpoolFile) {}

  size_t Output(std::string_view data) override { return output_.Append(data); }

  size_t Spool(std::string_view lines) override {
    const size_t written = spool_.Append(lines);
    if (written == lines.size()) return 0;
    // A torn line must not swallow the next one.
    return spool_.TakeBack(written) ? lines.size() : lines.size() - written;
  }

 private:
  AppendedFile output_;
  AppendedFile spool_;
};

}  // namespace

std::unique_ptr<RecordSink> MakeFolderSink(const std::string& directory) {
  return std::make_unique<FolderSink>(directory);
}

StatusOr<std::unique_ptr<Recorder>> Recorder::Open(std::unique_ptr<RecordSink> sink,
                                                   const Job& job) {
  ASSIGN_OR_RETURN(auto parser, MakeMetricParser(job));
  std::unique_ptr<StopJudge> judge;
  if (!job.stop_rule.name.empty()) {
    ASSIGN_OR_RETURN(judge, StopJudge::Create(job.stop_rule));
  }
  return std::unique_ptr<Recorder>(new Recorder(std::move(sink), std::move(parser),
                                                std::move(judge), job.source == Source::kStdOut));
}

void Recorder::Output(std::string_view data) {
  lost_bytes_ += data.size() - sink_->Output(data);
  if (!parse_output_) return;
  const int64_t now = NowMicroseconds();
  output_lines_.Feed(data, [&](std::string_view line) { Line(line, now); });
  WriteSpool();
}

void Recorder::Points(std::vector<SpooledPoint> points) {
  points_ = std::move(points);
  WriteSpool();
}

void Recorder::Finish() {
  const int64_t now = NowMicroseconds();
  sink_->Flush();
  if (parse_output_) output_lines_.Flush([&](std::string_view line) { Line(line, now); });
  WriteSpool();
}

void Recorder::WriteSpool() {
  if (points_.empty()) return;
  std::string text;
  for (const auto& point : points_) {
    AppendSpoolLine(point, text);
    if (judge_) judge_->Add(point);
  }
  points_.clear();
  lost_bytes_ += sink_->Spool(text);
}

void Recorder::FlushDue() {
  const auto due = sink_->flush_at();
  if (due && SteadyClock::now() >= *due) sink_->Flush();
}

}  // namespace qalam::collector
