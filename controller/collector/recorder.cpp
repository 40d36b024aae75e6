#include "controller/collector/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace qalam::collector {

namespace {

int64_t NowMicroseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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

StatusOr<FileDescriptor> OpenForAppending(const std::string& path) {
  FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file.valid()) return ErrnoStatus(errno, fmt::format("cannot write {}", path));
  return file;
}

}  // namespace

StatusOr<std::unique_ptr<Recorder>> Recorder::Open(const std::string& directory, const Job& job) {
  ASSIGN_OR_RETURN(auto output, OpenForAppending(directory + "/" + kOutputFile));
  ASSIGN_OR_RETURN(auto spool, OpenForAppending(directory + "/" + kSpoolFile));
  ASSIGN_OR_RETURN(auto parser, MakeMetricParser(job));
  return std::unique_ptr<Recorder>(new Recorder(std::move(output), std::move(spool),
                                                std::move(parser), job.source == Source::kStdOut));
}

void Recorder::Output(std::string_view data) {
  lost_bytes_ += data.size() - WriteAll(output_.get(), data);
  if (!parse_output_) return;
  const int64_t now = NowMicroseconds();
  output_lines_.Feed(data, [&](std::string_view line) { Line(line, now); });
  WriteSpool();
}

void Recorder::MetricsFile(std::string_view data) {
  const int64_t now = NowMicroseconds();
  file_lines_.Feed(data, [&](std::string_view line) { Line(line, now); });
  WriteSpool();
}

void Recorder::Finish() {
  const int64_t now = NowMicroseconds();
  if (parse_output_) output_lines_.Flush([&](std::string_view line) { Line(line, now); });
  file_lines_.Flush([&](std::string_view line) { Line(line, now); });
  WriteSpool();
}

void Recorder::WriteSpool() {
  if (points_.empty()) return;
  std::string text;
  for (const auto& point : points_) AppendSpoolLine(point, text);
  points_.clear();
  const size_t written = WriteAll(spool_.get(), text);
  if (written == text.size()) return;
  lost_bytes_ += text.size() - written;
  // A torn line must not swallow the next one.
  struct stat status;
  if (fstat(spool_.get(), &status) != 0) return;
  const off_t whole = status.st_size - static_cast<off_t>(written);
  if (ftruncate(spool_.get(), whole) == 0) lost_bytes_ += written;
}

}  // namespace qalam::collector
