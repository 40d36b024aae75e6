// The contract of every engine that runs trials.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/executable.h"
#include "api/experiment.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// An early stopping rule that looks at one trial's own points alone.
struct OwnStoppingRule {
  EarlyStopping rule;
  std::string metric;  // that it watches
  bool maximize = false;
};

// All that an engine needs to run one trial, with every placeholder replaced.
// What a trial shows to the server in place of any other token: good for its own metrics, until its
// end. By the trial's uid.
using TrialTokenMaker = std::function<StatusOr<std::string>(const std::string& trial_uid)>;

struct TrialJob {
  std::string uid;
  std::string name;
  std::string name_space;
  std::string experiment_name;
  std::string directory;  // the trial's own folder, on this machine
  Json manifest;          // rendered trialSpec
  std::string primary_container_name;
  MetricsCollector collector;
  std::vector<std::string> metric_names;  // what the collector looks for
  std::optional<double> timeout_seconds;
  // The controller judges by it too, but may be away. An engine that sees the points itself may
  // stop the job at once, which then is kKilled for kEarlyStoppedReason.
  std::optional<OwnStoppingRule> stopping;
  // How often it has failed and is run again: a job with a higher number than the last of its
  // directory is a run of its own. Its checkpoint folder stays as the run before has left it.
  int retries = 0;
  // Nothing said: it takes no room that others wait for.
  Resources resources;
  // For algorithms whose trials go on from one another; empty for all others. The engine prepares
  // the folder before the job starts (see checkpoint.h) and names it to the job as
  // QALAM_CHECKPOINT_DIR.
  std::string checkpoint_directory;
  std::string checkpoint_source;  // the folder of the trial that it goes on from, if any
  // For engines whose jobs are objects of a cluster (see trialTemplate in the document).
  std::string success_condition, failure_condition;  // empty: the kind's own
  std::map<std::string, std::string> primary_pod_labels;
  bool retain = false;  // the object stays after its end
  // What the server tells each trial, under what its manifest says.
  std::map<std::string, std::string> environment;
  // Where the job looks for its folder by a path of its own; empty when it does not. An engine with
  // mounts mounts it there, another one leads the path in the command to the folder.
  std::string checkpoint_mount;
};

enum class JobState {
  kUnknown,  // the engine cannot say now: never taken for failed
  kMissing,  // the engine has certainly never run it, or has lost it
  kRunning,
  kSucceeded,
  kFailed,
  kKilled,  // stopped by Cancel, or by the job's own rule
};

// The reason of a job that its own rule has stopped; the message says why.
inline constexpr char kEarlyStoppedReason[] = "EarlyStopped";

struct JobStatus {
  JobState state = JobState::kUnknown;
  std::string reason;   // ExitCode, Signal, Timeout, CollectorLost, ...
  std::string message;  // a sentence: "the command exited with status 3"
  // Of a running job both may be empty; an engine with a queue of its own says there what the job
  // still waits for.
};

struct LogChunk {
  uint64_t next_offset = 0;
  std::string data;
};

struct ObservationChunk {
  uint64_t next_offset = 0;
  std::vector<MetricPoint> points;
  bool more = false;  // there is more to read right now
};

// Thread-safe. Methods may block; the controller calls them from its workers.
class TrialOperator {
 public:
  virtual ~TrialOperator() = default;

  // What of the document this engine cannot run, each with its field. Asked before an experiment is
  // taken in, without a look at the engine itself.
  virtual std::vector<Fault> CheckTrials(const ExperimentSpec& spec) {
    return CheckLocalTrials(spec);
  }
  // FAILED_PRECONDITION, with what there is, for a job that no engine of this kind ever has room
  // for. An engine that schedules by itself cannot say.
  virtual Status CheckFits(const Resources& /*need*/) { return absl::OkStatus(); }
  // Whether the engine answers, as far as is known: UNAVAILABLE says why not. Never waits for it.
  virtual Status CheckReachable() { return absl::OkStatus(); }
  // INVALID_ARGUMENT for a manifest that only another engine runs.
  virtual Status CheckManifest(const Json& /*manifest*/) { return absl::OkStatus(); }
  // Idempotent: the trial's uid and `retries` name the job, so a repeat, also by another process
  // after a crash, finds the first and starts nothing. Returns the handle that the other calls
  // take. Until it has answered, the job's directory stands for the handle. RESOURCE_EXHAUSTED,
  // with what it waits for, while there is no room: it is to be submitted again, soonest when Watch
  // tells of its directory.
  virtual StatusOr<std::string> Submit(const TrialJob& job) = 0;
  // One answer per handle, in order.
  virtual StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) = 0;
  // Asks the job to end (TERM, then KILL after the grace period) and returns at once. OK also when
  // it has ended or never began; a job cancelled before it began never begins.
  virtual Status Cancel(const std::string& handle) = 0;
  // Output from `offset`, bounded in size; empty when there is no more for now.
  virtual StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) = 0;
  // Metric points from `offset` (a value that an earlier call gave, or 0).
  virtual StatusOr<ObservationChunk> ReadObservations(const std::string& handle,
                                                      uint64_t offset) = 0;
  // `changed(handle)` is called, from any thread, soon after a job starts, reports or ends. Missing
  // a call must be harmless: Poll is the truth. Pass nullptr to end the calls: when Watch returns,
  // none is in flight, so it must not be called from within one.
  virtual void Watch(std::function<void(const std::string& handle)> changed) = 0;
};

}  // namespace qalam
