#include "controller/operators/process_operator.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>

#include "api/slurm_job.h"
#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/collector_job.h"
#include "controller/operators/collector_pool.h"
#include "controller/operators/earlier_run.h"
#include "controller/operators/folder_engine.h"
#include "controller/operators/lost_trial.h"
#include "controller/operators/process_slots.h"
#include "controller/operators/process_watcher.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

// What every trial's environment has beside or instead of this process's own, which the collector
// inherits.
StatusOr<std::map<std::string, std::string>> MachineEnvironment(
    const TrialJob& job, const ProcessOperatorOptions& options) {
  const std::string program_folder =
      std::filesystem::path(options.collector_path).parent_path().string();
  const char* path = std::getenv("PATH");
  std::map<std::string, std::string> changes = {
      {"PATH", program_folder + ":" + (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin")}};
  if (!options.server_address.empty()) {
    changes["QALAM_ADDRESS"] = options.server_address;
    changes["QALAM_TRIAL"] = job.name;
    changes["QALAM_NAMESPACE"] = job.name_space;
  }
  // Secrets of whoever started this process.
  for (const char* secret : {"QALAM_TOKEN", "QALAM_TOKEN_FILE"}) {
    if (std::getenv(secret) != nullptr) changes[secret] = "";
  }
  // Likewise: the address of a server may have a password. The path of a file has none.
  const char* database = std::getenv("QALAM_DB");
  if (database != nullptr && std::strstr(database, "://") != nullptr) changes["QALAM_DB"] = "";
  if (options.trial_token) {
    ASSIGN_OR_RETURN(changes["QALAM_TOKEN"], options.trial_token(job.uid));
  }
  return changes;
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
  Status CheckManifest(const Json& manifest) override {
    if (!IsSlurmJob(manifest)) return absl::OkStatus();
    return InvalidArgument(
        "a {} runs on Slurm alone, with --operator slurm; a batch/v1 Job runs with every operator",
        kSlurmJobKind);
  }
  StatusOr<std::string> Submit(const TrialJob& job) override;
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override;
  Status Cancel(const std::string& handle) override;
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override {
    return ReadTrialLog(handle, offset);
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    return ReadTrialObservations(handle, offset);
  }
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
  // Whatever became of another engine's, a process beside it would be one too many.
  if (PollForeignTrial(handle, FolderEngine::kProcess)) return handle;
  // A collector that was spawned and has not claimed yet is watched; one that has left its claim.
  if (FileExists(FileInFolder(handle, collector::kClaimFile)) || watcher_.IsWatched(handle))
    return handle;
  RETURN_IF_ERROR(CheckManifest(job.manifest));
  ASSIGN_OR_RETURN(const auto commands, CommandsOfTrial(job));
  ASSIGN_OR_RETURN(auto environment, MachineEnvironment(job, options_));
  ASSIGN_OR_RETURN(auto collector_job, MakeCollectorJob(job, commands,
                                                        {.grace_seconds = options_.grace_seconds,
                                                         .environment = std::move(environment)}));
  RETURN_IF_ERROR(PrepareTrialFolder(job, commands));
  // One that was cancelled will not begin, and needs no room for that.
  if (!IsCancelled(handle)) {
    ASSIGN_OR_RETURN(const Room room, slots_.Take(handle, job.resources));
    AddRoom(room, commands, collector_job);
  }
  auto started = Start(handle, collector_job);
  const bool may_run =
      watcher_.IsWatched(handle) || FileExists(FileInFolder(handle, collector::kClaimFile));
  if (!started.ok() && !may_run) Release(handle);
  return started;
}

StatusOr<std::string> ProcessOperator::Start(const std::string& handle, const collector::Job& job) {
  RETURN_IF_ERROR(WriteCollectorJob(handle, job));
  const std::string spool =
      job.source == collector::Source::kNone ? "" : FileInFolder(handle, collector::kSpoolFile);
  ASSIGN_OR_RETURN(auto collector, pool_.Run(handle));
  watcher_.Add(handle, std::move(collector), spool);
  return handle;
}

JobStatus ProcessOperator::WithoutResult(const std::string& handle) {
  if (const auto foreign = PollForeignTrial(handle, FolderEngine::kProcess)) return *foreign;
  // Asked before the claim is read: a collector that ends in between leaves a claim or a result.
  const bool watched = watcher_.IsWatched(handle);
  const auto claim = collector::ReadClaim(handle);
  const bool cancelled = IsCancelled(handle);
  if (!claim.ok()) {
    if (watched) return {JobState::kRunning, "", ""};
    if (cancelled) return {JobState::kKilled, "Cancelled", "it was stopped before it began"};
    return {JobState::kMissing, "Missing", "it was never started"};
  }
  if (watched ||
      (claim->IsAlive() &&
       watcher_.Adopt(handle, claim->pid, FileInFolder(handle, collector::kSpoolFile)))) {
    return {JobState::kRunning, "", ""};
  }
  if (const auto end = ReadProcessEnd(handle)) return *end;
  // Nobody looks after the command any more.
  KillLostTrial(handle);
  if (cancelled) return {JobState::kKilled, "Cancelled", "it was stopped"};
  return {JobState::kFailed, "CollectorLost",
          "its collector was killed or the machine was restarted, so its end is not known"};
}

JobStatus ProcessOperator::PollOne(const std::string& handle) {
  const auto end = ReadProcessEnd(handle);
  JobStatus status = end ? *end : WithoutResult(handle);
  const bool has_ended = status.state == JobState::kSucceeded ||
                         status.state == JobState::kFailed || status.state == JobState::kKilled;
  if (has_ended && slots_.Holds(handle)) Release(handle);
  return status;
}

StatusOr<std::vector<JobStatus>> ProcessOperator::Poll(std::span<const std::string> handles) {
  std::vector<JobStatus> states;
  states.reserve(handles.size());
  for (const auto& handle : handles) states.push_back(PollOne(handle));
  return states;
}

Status ProcessOperator::Cancel(const std::string& handle) {
  if (FileExists(FileInFolder(handle, collector::kResultFile))) return absl::OkStatus();
  // First the message, then the look: a collector that claims after the look sees the message.
  RETURN_IF_ERROR(WriteCancel(handle));
  const auto claim = collector::ReadClaim(handle);
  if (claim.ok()) SignalProcess(*claim, collector::kLookSignal);
  // It may wait for room, or have some and never have begun.
  if (!claim.ok() && !watcher_.IsWatched(handle)) Release(handle);
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<TrialOperator> MakeProcessOperator(ProcessOperatorOptions options) {
  return std::make_unique<ProcessOperator>(std::move(options));
}

}  // namespace qalam
