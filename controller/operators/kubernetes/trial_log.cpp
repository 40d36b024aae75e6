#include "controller/operators/kubernetes/trial_log.h"

#include <absl/time/time.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "controller/collector/log_records.h"
#include "controller/operators/kubernetes/kubernetes_files.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

// What is read again after a crash is at most what came in this time.
constexpr int64_t kSaveMicroseconds = 200'000;
// A line of the collector's is shorter; a longer one is somebody else's, and comes in pieces.
constexpr size_t kLongestLogLine = 1 << 20;

Status CutFile(const std::string& path, uint64_t size) {
  if (truncate(path.c_str(), static_cast<off_t>(size)) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, "cannot shorten " + path);
}

}  // namespace

TrialLog::TrialLog(std::string folder, std::string mark)
    : folder_(std::move(folder)),
      mark_(std::move(mark)),
      output_(FileInFolder(folder_, collector::kOutputFile)),
      spool_(FileInFolder(folder_, collector::kSpoolFile)),
      lines_(kLongestLogLine) {
  Load();
}

TrialLog::~TrialLog() {
  if (unsaved_) Save();
}

std::string TrialLog::Begin(const LogSource& source) {
  lines_.Reset();
  if (!(source_ == source)) {
    source_ = source;
    last_time_.clear();
    lines_of_time_ = 0;
    complete_ = false;
    result_.reset();
    missing_bytes_ = run_output_ = run_spool_ = 0;
  }
  skipping_ = !last_time_.empty();
  skipped_of_time_ = 0;
  return last_time_;
}

StatusOr<bool> TrialLog::Take(std::string_view data) {
  const auto take = [this](std::string_view line) {
    TakeLine(line);
    return true;
  };
  RETURN_IF_ERROR(lines_.Feed(data, take));
  const bool reported = !new_spool_.empty();
  RETURN_IF_ERROR(Write());
  unsaved_ = true;
  const int64_t now = collector::NowMicroseconds();
  if (now - saved_at_ >= kSaveMicroseconds) Save();
  return reported;
}

void TrialLog::End() {
  if (unsaved_) Save();
}

void TrialLog::SetComplete() {
  complete_ = true;
  Save();
}

// Whether the line was read before: the server begins with the whole second that it is given.
bool TrialLog::IsKnown(std::string_view time) {
  if (!skipping_) return false;
  if (time == last_time_) return ++skipped_of_time_ <= lines_of_time_;
  Time of_line, last;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, std::string(time), &of_line, &error) &&
      absl::ParseTime(absl::RFC3339_full, last_time_, &last, &error) && of_line < last) {
    return true;
  }
  skipping_ = false;
  return false;
}

void TrialLog::TakeLine(std::string_view line) {
  const size_t space = line.find(' ');
  // An empty line has its time and nothing else.
  const std::string_view time = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  if (IsKnown(time)) return;
  if (time == last_time_) {
    ++lines_of_time_;
  } else {
    last_time_ = time;
    lines_of_time_ = 1;
  }
  const collector::LogReader reader{
      .output =
          [this](std::string_view bytes) {
            new_output_ += bytes;
            run_output_ += bytes.size();
          },
      .spool =
          [this](std::string_view bytes) {
            new_spool_ += bytes;
            run_spool_ += bytes.size();
          },
      .ended =
          [this](const collector::Result& result, uint64_t output_bytes, uint64_t spool_bytes) {
            result_ = result;
            missing_bytes_ = output_bytes + spool_bytes - std::min(output_bytes, run_output_) -
                             std::min(spool_bytes, run_spool_);
          }};
  collector::ReadLogLine(line, mark_, reader);
}

Status TrialLog::Write() {
  if (new_output_.empty() && new_spool_.empty()) return absl::OkStatus();
  if (cut_files_) {
    RETURN_IF_ERROR(CutFile(FileInFolder(folder_, collector::kOutputFile), output_size_));
    RETURN_IF_ERROR(CutFile(FileInFolder(folder_, collector::kSpoolFile), spool_size_));
  }
  // Until all is written, they are longer than what is known.
  cut_files_ = true;
  if (output_.Append(new_output_) != new_output_.size() ||
      spool_.Append(new_spool_) != new_spool_.size()) {
    return ResourceExhausted("cannot write into {}", folder_);
  }
  cut_files_ = false;
  output_size_ += new_output_.size();
  spool_size_ += new_spool_.size();
  new_output_.clear();
  new_spool_.clear();
  return absl::OkStatus();
}

void TrialLog::Save() {
  // What could not be written is known nowhere else.
  if (!new_output_.empty() || !new_spool_.empty()) return;
  Json position = {{"pod_uid", source_.pod_uid},  {"restarts", source_.restarts},
                   {"last_time", last_time_},     {"lines_of_time", lines_of_time_},
                   {"complete", complete_},       {"missing_bytes", missing_bytes_},
                   {"run_output", run_output_},   {"run_spool", run_spool_},
                   {"output_size", output_size_}, {"spool_size", spool_size_}};
  if (result_) position["result"] = collector::Encode(*result_);
  // Where it cannot be written, what has come is read again.
  if (WriteFileAtomically(FileInFolder(folder_, kLogPositionFile), position.dump(), false).ok()) {
    unsaved_ = false;
    saved_at_ = collector::NowMicroseconds();
  }
}

void TrialLog::Load() {
  const auto text = ReadFile(FileInFolder(folder_, kLogPositionFile), 1 << 20);
  if (!text.ok()) return;
  try {
    const Json position = Json::parse(*text);
    const LogSource source{position.at("pod_uid"), position.at("restarts")};
    last_time_ = position.at("last_time");
    lines_of_time_ = position.at("lines_of_time");
    complete_ = position.at("complete");
    missing_bytes_ = position.at("missing_bytes");
    run_output_ = position.at("run_output");
    run_spool_ = position.at("run_spool");
    output_size_ = position.at("output_size");
    spool_size_ = position.at("spool_size");
    if (position.contains("result")) {
      auto result = collector::DecodeResult(position["result"]);
      if (result.ok()) result_ = *std::move(result);
    }
    source_ = source;
  } catch (const Json::exception&) {
    // All is read again.
    last_time_.clear();
    lines_of_time_ = 0;
    complete_ = false;
    missing_bytes_ = run_output_ = run_spool_ = output_size_ = spool_size_ = 0;
  }
}

}  // namespace qalam
