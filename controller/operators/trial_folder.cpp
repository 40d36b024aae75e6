#include "controller/operators/trial_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "api/encoding.h"
#include "base/files.h"
#include "controller/collector/spool.h"
#include "controller/operators/checkpoint.h"
#include "controller/operators/process_files.h"

namespace qalam {

namespace {

// One answer's worth of output or spool: large enough to be quick, small enough to be many.
constexpr uint64_t kChunkBytes = 1 << 20;

constexpr uint64_t kLongestTerminationMessage = 4096;  // as Kubernetes has it

}  // namespace

std::string FileInFolder(const std::string& folder, const char* name) {
  return folder + "/" + name;
}

Status PrepareTrialFolder(const TrialJob& job, const TrialCommands& commands) {
  RETURN_IF_ERROR(MakeDirectories(job.directory));
  for (const auto& [name, text] : commands.files) {
    RETURN_IF_ERROR(WriteFileAtomically(FileInFolder(job.directory, name.c_str()), text, false));
  }
  if (job.checkpoint_directory.empty()) return absl::OkStatus();
  return PrepareCheckpoint(job.checkpoint_source, job.checkpoint_directory);
}

Status WriteCollectorJob(const std::string& folder, const collector::Job& job) {
  RETURN_IF_ERROR(WriteFileAtomically(FileInFolder(folder, collector::kJobFile),
                                      collector::Encode(job), false));
  // It holds the trial's environment.
  if (chmod(FileInFolder(folder, collector::kJobFile).c_str(), 0600) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot hide {} in {}", collector::kJobFile, folder));
  }
  if (job.source == collector::Source::kNone) return absl::OkStatus();
  const std::string spool = FileInFolder(folder, collector::kSpoolFile);
  const FileDescriptor created(open(spool.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!created.valid()) return ErrnoStatus(errno, fmt::format("cannot create {}", spool));
  return absl::OkStatus();
}

JobStatus StatusOfResult(const collector::Result& result) {
  switch (result.ending) {
    case collector::Ending::kExited:
      if (result.code == 0) return {JobState::kSucceeded, "Exited", result.message};
      return {JobState::kFailed, "ExitCode", result.message};
    case collector::Ending::kSignaled:
      return {JobState::kFailed, "Signal", result.message};
    case collector::Ending::kTimeout:
      return {JobState::kFailed, "Timeout", result.message};
    case collector::Ending::kCancelled:
      return {JobState::kKilled, kCancelledReason, result.message};
    case collector::Ending::kEarlyStopped:
      return {JobState::kKilled, kEarlyStoppedReason, result.message};
    case collector::Ending::kStartFailed:
      return {JobState::kFailed, "StartFailed", result.message};
  }
  return {JobState::kUnknown, "", ""};
}

std::optional<JobStatus> ReadTrialEnd(const std::string& folder) {
  const auto text = ReadFile(FileInFolder(folder, collector::kResultFile), 1 << 20);
  if (text.status().code() == StatusCode::kNotFound) return std::nullopt;
  if (!text.ok()) return JobStatus{JobState::kUnknown, "Unreadable", Message(text.status())};
  const auto result = collector::DecodeResult(*text);
  if (!result.ok()) return JobStatus{JobState::kFailed, "ResultDamaged", Message(result.status())};
  JobStatus status = StatusOfResult(*result);
  if (status.state != JobState::kFailed) return status;
  const auto last_words =
      ReadFileRange(FileInFolder(folder, kTerminationMessageFile), 0, kLongestTerminationMessage);
  if (last_words.ok() && !last_words->empty())
    status.message += ": " + ReplaceForeignBytes(*last_words);
  return status;
}

std::optional<JobStatus> ReadProcessEnd(const std::string& folder) {
  auto end = ReadTrialEnd(folder);
  if (!end || end->reason != kCancelledReason || IsCancelled(folder)) return end;
  return JobStatus{JobState::kFailed, "CollectorLost",
                   "its collector was told to end from outside; " + end->message};
}

StatusOr<LogChunk> ReadTrialLog(const std::string& folder, uint64_t offset) {
  auto data = ReadFileRange(FileInFolder(folder, collector::kOutputFile), offset, kChunkBytes);
  if (data.status().code() == StatusCode::kNotFound) return LogChunk{offset, ""};
  RETURN_IF_ERROR(data.status());
  return LogChunk{offset + data->size(), *std::move(data)};
}

StatusOr<ObservationChunk> ReadTrialObservations(const std::string& folder, uint64_t offset) {
  const auto data = ReadFileRange(FileInFolder(folder, collector::kSpoolFile), offset, kChunkBytes);
  if (data.status().code() == StatusCode::kNotFound) return ObservationChunk{offset, {}, false};
  RETURN_IF_ERROR(data.status());
  std::vector<collector::SpooledPoint> spooled;
  ObservationChunk chunk;
  chunk.next_offset = offset + collector::ParseSpool(*data, spooled);
  chunk.more = data->size() == kChunkBytes;
  chunk.points.reserve(spooled.size());
  for (auto& point : spooled) {
    chunk.points.push_back({std::move(point.metric), absl::FromUnixMicros(point.time_microseconds),
                            point.value, point.step, std::move(point.text)});
  }
  return chunk;
}

Status WriteCancel(const std::string& folder) {
  RETURN_IF_ERROR(MakeDirectories(folder));
  return WriteFileAtomically(FileInFolder(folder, collector::kCancelFile), "", false);
}

bool IsCancelled(const std::string& folder) {
  return FileExists(FileInFolder(folder, collector::kCancelFile));
}

}  // namespace qalam
