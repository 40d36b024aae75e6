#include "controller/operators/process_operator.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <map>

#include "api/encoding.h"
#include "base/process.h"
#include "controller/collector/job.h"
#include "controller/collector/spool.h"
#include "controller/operators/checkpoint.h"
#include "controller/operators/collector_pool.h"
#include "controller/operators/collector_source.h"
#include "controller/operators/earlier_run.h"
#include "controller/operators/lost_trial.h"
#include "controller/operators/primary_container.h"
#include "controller/operators/process_files.h"
#include "controller/operators/process_slots.h"
#include "controller/operators/process_watcher.h"
#include "controller/operators/replace_path.h"
#include "controller/operators/replica_set.h"

namespace qalam {

namespace {

// One answer's worth of output or spool: large enough to be quick, small enough to be many.
constexpr uint64_t kChunkBytes = 1 << 20;

constexpr uint64_t kLongestTerminationMessage = 4096;  // as Kubernetes has it

std::string FileOf(const std::string& handle, const char* name) { return handle + "/" + name; }

// What the trial's environment has beside or instead of this process's own, which the collector
// inherits.
std::map<std::string, std::string> Environment(const TrialJob& job, const ContainerCommand& command,
                                               const ProcessOperatorOptions& options) {
  const std::string program_folder =
      std::filesystem::path(options.collector_path).parent_path().string();
  const char* path = std::getenv("PATH");
  std::map<std::string, std::string> changes = {
      {"PATH", program_folder + ":" + (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin")},
      {"QALAM_TRIAL_NAME", job.name},
      {"QALAM_TRIAL_UID", job.uid},
      {"QALAM_EXPERIMENT_NAME", job.experiment_name},
      {"QALAM_TRIAL_DIR", job.directory},
      {"QALAM_TERMINATION_MESSAGE_PATH", FileOf(job.directory, kTerminationMessageFile)}};
  if (!options.server_address.empty()) {
    changes["QALAM_ADDRESS"] = options.server_address;
    changes["QALAM_TRIAL"] = job.name;
    changes["QALAM_NAMESPACE"] = job.name_space;
  }
  // A secret of whoever started this process; the address wants none.
  if (std::getenv("QALAM_TOKEN") != nullptr) changes["QALAM_TOKEN"] = "";
  if (!job.checkpoint_directory.empty()) {
    changes["QALAM_CHECKPOINT_DIR"] = job.checkpoint_directory;
  }
  for (const auto& variable : command.environment) changes[variable.name] = variable.value;
  return changes;
}

// A process has no mounts: the command is told where its folder really is.
void LeadToCheckpoint(const TrialJob& job, ContainerCommand& command) {
  if (job.checkpoint_mount.empty()) return;
  const auto lead = [&](std::string& text) {
    text = ReplacePath(text, job.checkpoint_mount, job.checkpoint_directory);
  };
  for (auto& argument : command.arguments) lead(argument);
  for (auto& variable : command.environment) lead(variable.value);
}

collector::StopRule StopRuleOf(const OwnStoppingRule& given) {
  collector::StopRule rule{
      .name = given.rule.algorithm_name, .metric = given.metric, .maximize = given.maximize};
  for (const auto& setting : given.rule.settings) rule.settings[setting.name] = setting.value;
  return rule;
}

collector::Command CollectorCommand(const TrialJob& job, ContainerCommand command,
                                    const ProcessOperatorOptions& options) {
  LeadToCheckpoint(job, command);
  return {command.arguments, Environment(job, command, options),
          WorkingDirectory(command, job.directory)};
}

// The environment is not complete before the job has its room: see AddRoom.
StatusOr<collector::Job> CollectorJob(const TrialJob& job, const TrialCommands& commands,
                                      const ProcessOperatorOptions& options) {
  collector::Job result;
  for (size_t i = 0; i < commands.commands.size(); ++i) {
    const auto& [name, command, needed, serves] = commands.commands[i];
    auto started = CollectorCommand(job, command, options);
    if (i == 0) {
      static_cast<collector::Command&>(result) = std::move(started);
      result.name = name;
    } else {
      result.replicas.push_back({name, std::move(started), needed, serves});
    }
  }
  RETURN_IF_ERROR(SetMetricSource(job, result));
  result.format = job.collector.format == FileFormat::kJson ? collector::Format::kJson
                                                            : collector::Format::kText;
  result.filters = job.collector.metric_formats;
  result.metrics = job.metric_names;
  if (job.stopping) result.stop_rule = StopRuleOf(*job.stopping);
  result.timeout_seconds = job.timeout_seconds.value_or(0);
  result.grace_seconds = options.grace_seconds;
  return result;
}

// Each process has its share, by rank, and no variable that its manifest gives is changed but the
// GPUs' own.
void AddRoom(const Room& room, const TrialCommands& commands, collector::Job& collector_job) {
  for (size_t i = 0; i < commands.commands.size(); ++i) {
    collector::Command& process = i == 0 ? collector_job : collector_job.replicas[i - 1].command;
    const Room share = ShareOf(room, i, commands.commands.size());
    auto threads = ThreadEnvironment(share);
    for (const auto& variable : commands.commands[i].command.environment) {
      threads.erase(variable.name);
    }
    for (auto& [name, value] : threads) process.environment[name] = value;
    for (auto& [name, value] : GpuEnvironment(share)) process.environment[name] = value;
  }
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
      return {JobState::kKilled, "Cancelled", result.message};
    case collector::Ending::kEarlyStopped:
      return {JobState::kKilled, kEarlyStoppedReason, result.message};
    case collector::Ending::kStartFailed:
      return {JobState::kFailed, "StartFailed", result.message};
  }
  return {JobState::kUnknown, "", ""};
}

// Through a pidfd, checked after it is open: the pid cannot become another process's in between.
void SignalProcess(const collector::ProcessIdentity& identity, int signal) {
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, identity.pid, 0)));
  if (process.valid() && identity.IsAlive()) {
    syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
  }
}

class ProcessOperator final : public TrialOperator {
 public:
  explicit ProcessOperator(ProcessOperatorOptions options)
      : options_(std::move(options)),
        pool_(options_.collector_path),
        slots_(options_.capacity),
        watcher_(pool_) {
    Watch(nullptr);
    for (const auto& folder : options_.earlier_folders) {
      // Held before it is looked at: its end may come in between.
      if (slots_.Restore(folder)) PollOne(folder);
    }
  }

  Status CheckFits(const Resources& need) override { return slots_.CheckFits(need); }
  StatusOr<std::string> Submit(const TrialJob& job) override;
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override;
  Status Cancel(const std::string& handle) override;
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override;
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override;
  void Watch(std::function<void(const std::string&)> changed) override {
    watcher_.OnChange([this, changed = std::move(changed)](const std::string& handle) {
      // Also of trials that nobody polls.
      if (slots_.Holds(handle)) PollOne(handle);
      if (changed) changed(handle);
    });
  }

 private:
  StatusOr<std::string> Start(const std::string& handle, const collector::Job& job);
  // Gives the trial's room to others, who are told.
  void Release(const std::string& handle) {
    for (const auto& next : slots_.Release(handle)) watcher_.Announce(next);
  }
  JobStatus PollOne(const std::string& handle);
  JobStatus WithResult(const std::string& handle);
  JobStatus WithoutResult(const std::string& handle);

  const ProcessOperatorOptions options_;
  CollectorPool pool_;
  ProcessSlots slots_;
  ProcessWatcher watcher_;
};

StatusOr<std::string> ProcessOperator::Submit(const TrialJob& job) {
  const std::string& handle = job.directory;
  if (HasEarlierRun(handle, job.retries)) {
    // Its end is told before its collector is known to be free again.
    if (watcher_.IsWatched(handle)) return Unavailable("the run before has not quite ended");
    RETURN_IF_ERROR(PrepareRetry(handle, job.retries));
  }
  // A collector that was spawned and has not claimed yet is watched; one that has left its claim.
  if (FileExists(FileOf(handle, collector::kClaimFile)) || watcher_.IsWatched(handle))
    return handle;
  ASSIGN_OR_RETURN(const auto commands, CommandsOfTrial(job));
  ASSIGN_OR_RETURN(auto collector_job, CollectorJob(job, commands, options_));
  RETURN_IF_ERROR(MakeDirectories(handle));
  for (const auto& [name, text] : commands.files) {
    RETURN_IF_ERROR(WriteFileAtomically(FileOf(handle, name.c_str()), text, false));
  }
  if (!job.checkpoint_directory.empty()) {
    RETURN_IF_ERROR(PrepareCheckpoint(job.checkpoint_source, job.checkpoint_directory));
  }
  // One that was cancelled will not begin, and needs no room for that.
  if (!FileExists(FileOf(handle, collector::kCancelFile))) {
    ASSIGN_OR_RETURN(const Room room, slots_.Take(handle, job.resources));
    AddRoom(room, commands, collector_job);
  }
  auto started = Start(handle, collector_job);
  const bool may_run =
      watcher_.IsWatched(handle) || FileExists(FileOf(handle, collector::kClaimFile));
  if (!started.ok() && !may_run) Release(handle);
  return started;
}

StatusOr<std::string> ProcessOperator::Start(const std::string& handle, const collector::Job& job) {
  RETURN_IF_ERROR(
      WriteFileAtomically(FileOf(handle, collector::kJobFile), collector::Encode(job), false));
  std::string spool;
  if (job.source != collector::Source::kNone) {
    // Made here so that there is something to watch before the collector begins.
    spool = FileOf(handle, collector::kSpoolFile);
    const FileDescriptor created(open(spool.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!created.valid()) return ErrnoStatus(errno, fmt::format("cannot create {}", spool));
  }
  ASSIGN_OR_RETURN(auto collector, pool_.Run(handle));
  watcher_.Add(handle, std::move(collector), spool);
  return handle;
}

JobStatus ProcessOperator::WithoutResult(const std::string& handle) {
  // Asked before the claim is read: a collector that ends in between leaves a claim or a result.
  const bool watched = watcher_.IsWatched(handle);
  const auto claim = collector::ReadClaim(handle);
  const bool cancelled = FileExists(FileOf(handle, collector::kCancelFile));
  if (!claim.ok()) {
    if (watched) return {JobState::kRunning, "", ""};
    if (cancelled) return {JobState::kKilled, "Cancelled", "it was stopped before it began"};
    return {JobState::kMissing, "Missing", "it was never started"};
  }
  if (watched || (claim->IsAlive() &&
                  watcher_.Adopt(handle, claim->pid, FileOf(handle, collector::kSpoolFile)))) {
    return {JobState::kRunning, "", ""};
  }
  if (FileExists(FileOf(handle, collector::kResultFile))) return WithResult(handle);
  // Nobody looks after the command any more.
  KillLostTrial(handle);
  if (cancelled) return {JobState::kKilled, "Cancelled", "it was stopped"};
  return {JobState::kFailed, "CollectorLost",
          "its collector was killed or the machine was restarted, so its end is not known"};
}

JobStatus ProcessOperator::PollOne(const std::string& handle) {
  JobStatus status = WithResult(handle);
  const bool has_ended = status.state == JobState::kSucceeded ||
                         status.state == JobState::kFailed || status.state == JobState::kKilled;
  if (has_ended && slots_.Holds(handle)) Release(handle);
  return status;
}

JobStatus ProcessOperator::WithResult(const std::string& handle) {
  const auto text = ReadFile(FileOf(handle, collector::kResultFile), 1 << 20);
  if (text.status().code() == StatusCode::kNotFound) return WithoutResult(handle);
  if (!text.ok()) return {JobState::kUnknown, "Unreadable", Message(text.status())};
  const auto result = collector::DecodeResult(*text);
  if (!result.ok()) return {JobState::kFailed, "ResultDamaged", Message(result.status())};
  JobStatus status = StatusOfResult(*result);
  if (status.state != JobState::kFailed) return status;
  const auto last_words =
      ReadFileRange(FileOf(handle, kTerminationMessageFile), 0, kLongestTerminationMessage);
  if (last_words.ok() && !last_words->empty())
    status.message += ": " + ReplaceForeignBytes(*last_words);
  return status;
}

StatusOr<std::vector<JobStatus>> ProcessOperator::Poll(std::span<const std::string> handles) {
  std::vector<JobStatus> states;
  states.reserve(handles.size());
  for (const auto& handle : handles) states.push_back(PollOne(handle));
  return states;
}

Status ProcessOperator::Cancel(const std::string& handle) {
  if (FileExists(FileOf(handle, collector::kResultFile))) return absl::OkStatus();
  RETURN_IF_ERROR(MakeDirectories(handle));
  // First the message, then the look: a collector that claims after the look sees the message.
  RETURN_IF_ERROR(WriteFileAtomically(FileOf(handle, collector::kCancelFile), "", false));
  const auto claim = collector::ReadClaim(handle);
  if (claim.ok()) SignalProcess(*claim, collector::kLookSignal);
  // It may wait for room, or have some and never have begun.
  if (!claim.ok() && !watcher_.IsWatched(handle)) Release(handle);
  return absl::OkStatus();
}

StatusOr<LogChunk> ProcessOperator::ReadLog(const std::string& handle, uint64_t offset) {
  auto data = ReadFileRange(FileOf(handle, collector::kOutputFile), offset, kChunkBytes);
  if (data.status().code() == StatusCode::kNotFound) return LogChunk{offset, ""};
  RETURN_IF_ERROR(data.status());
  return LogChunk{offset + data->size(), *std::move(data)};
}

StatusOr<ObservationChunk> ProcessOperator::ReadObservations(const std::string& handle,
                                                             uint64_t offset) {
  const auto data = ReadFileRange(FileOf(handle, collector::kSpoolFile), offset, kChunkBytes);
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

}  // namespace

std::unique_ptr<TrialOperator> MakeProcessOperator(ProcessOperatorOptions options) {
  return std::make_unique<ProcessOperator>(std::move(options));
}

}  // namespace qalam
