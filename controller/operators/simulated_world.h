// An engine that runs nothing: what becomes of each job is told in advance and unfolds as a virtual
// clock moves. It outlives the operators over it, as a cluster outlives the controllers that use
// it, so that one of them can go and the next finds the jobs of the first.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "controller/operators/operator.h"

namespace qalam {

struct SimulatedReport {
  Duration at;  // since the command began
  std::string metric;
  double value = 0;
  int64_t step = -1;
};

struct SimulatedOutput {
  Duration at;  // since the command began
  std::string text;
};

// What a job does when it is left alone.
struct SimulatedRun {
  Duration queued = absl::ZeroDuration();    // from its submission until the command begins
  Duration duration = absl::ZeroDuration();  // of the command; infinite: until it is stopped
  JobStatus ending;                          // kMissing: the engine loses the job
  bool ignores_term = false;
  std::vector<SimulatedReport> reports;  // by time; none after the end
  std::vector<SimulatedOutput> output;   // by time
};

// Endings as the process operator words them.
JobStatus ExitedWith(int code);
JobStatus KilledBySignal(int signal);
JobStatus LostByEngine();

// Each number counts down by one with every call that it spoils.
struct SimulatedFaults {
  int submits_refused = 0;     // UNAVAILABLE, and nothing was started
  int submits_unanswered = 0;  // UNAVAILABLE, although the job was started
  int polls_refused = 0;       // UNAVAILABLE for the whole call
  int states_unknown = 0;      // one handle's answer is kUnknown
  int reads_refused = 0;       // UNAVAILABLE, of observations
  int cancels_refused = 0;     // UNAVAILABLE, and nothing was stopped
  bool watch_calls_lost = false;
};

// Jobs, not trials: one that was lost and is submitted again counts twice.
struct SimulatedCounts {
  int64_t submitted = 0;   // calls of Submit that started a job
  int64_t alive = 0;       // submitted and not ended
  int64_t most_alive = 0;  // at any one time
};

// Thread-safe. Time is what `clock` says: a job's state is computed from it when somebody asks, so
// moving the clock is enough for Poll to see what has happened. Only for the calls of Watch
// somebody must call Notify after the clock has moved.
class SimulatedWorld {
 public:
  // Decides what a job will do, once for each attempt (from 1; a further one follows when the
  // engine has lost the job or the trial is run again). Called with the world locked: it must not
  // call the world.
  using Fate = std::function<SimulatedRun(const TrialJob& job, int attempt)>;

  // `clock` must outlive the world.
  SimulatedWorld(const Clock& clock, Fate fate, Duration grace = absl::Seconds(10))
      : clock_(clock), fate_(std::move(fate)), grace_(grace) {}
  SimulatedWorld(const SimulatedWorld&) = delete;
  SimulatedWorld& operator=(const SimulatedWorld&) = delete;

  void SetFaults(SimulatedFaults faults);
  // What is left of them.
  SimulatedFaults faults() const;
  // When the next job starts, reports or ends; nullopt: nothing will happen by itself.
  std::optional<Time> NextEvent() const;
  // Makes the calls of Watch, on this thread, for all that has happened up to now.
  void Notify();
  SimulatedCounts counts();
  // How often the command of the job with this uid has begun.
  int Begun(const std::string& job_uid);

 private:
  friend class SimulatedOperator;

  struct Job {
    std::string uid;
    SimulatedRun run;
    int attempt = 0;
    int retries = 0;                 // as the trial's job said
    bool begun = false;              // in begun_
    bool alive = false;              // in counts_.alive
    Time began, told_to_end, ended;  // InfiniteFuture: not as things stand
    JobStatus ending;
    Time next = absl::InfiniteFuture();  // its place in events_
  };

  // One operator's Watch. Held during its calls, so that ending them waits for the one in flight.
  struct Listener {
    absl::Mutex mutex;
    std::function<void(const std::string&)> changed ABSL_GUARDED_BY(mutex);
  };

  StatusOr<std::string> Submit(const TrialJob& job);
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles);
  Status Cancel(const std::string& handle);
  LogChunk ReadLog(const std::string& handle, uint64_t offset) const;
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset);
  std::shared_ptr<Listener> AddListener();
  void RemoveListener(const std::shared_ptr<Listener>& listener);

  void Begin(const TrialJob& job, const std::string& handle, Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes in, in order, all that has happened up to `now`.
  void Settle(Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Schedule(const std::string& handle, Job& job, Time next)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JobStatus StateAt(const std::string& handle, Time now) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Null unless its command has begun and the engine still knows it.
  const Job* FindBegun(const std::string& handle, Time now) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const Fate fate_;
  const Duration grace_;  // between TERM and KILL
  mutable absl::Mutex mutex_;
  SimulatedFaults faults_ ABSL_GUARDED_BY(mutex_);
  SimulatedCounts counts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Job> jobs_ ABSL_GUARDED_BY(mutex_);                // by handle
  std::map<std::string, int> begun_ ABSL_GUARDED_BY(mutex_);               // by uid
  std::set<std::pair<Time, std::string>> events_ ABSL_GUARDED_BY(mutex_);  // to handle
  std::set<std::string> changed_ ABSL_GUARDED_BY(mutex_);  // handles, for the next Notify
  std::set<std::shared_ptr<Listener>> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
