// Follows the objects, the pods and the logs of trials, and writes down how each has ended.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/steady_cond_var.h"
#include "controller/kubernetes/object_watch.h"
#include "controller/operators/kubernetes/cluster_trial.h"
#include "controller/operators/kubernetes/log_pump.h"
#include "controller/operators/kubernetes/trial_end.h"

namespace qalam {

// One watch for each kind of object, and one for the pods, in each namespace. What is to be done
// about a trial is decided anew from all that is known of it, whatever has changed. Thread-safe.
class TrialTracker {
 public:
  // `changed(folder)`, from any thread: the trial has begun, has reported or has ended.
  TrialTracker(kubernetes::Client& client, std::function<void(const std::string&)> changed);
  ~TrialTracker();
  TrialTracker(const TrialTracker&) = delete;
  TrialTracker& operator=(const TrialTracker&) = delete;

  // Looks after the trial of the folder until its end is written there and its object is cleared
  // away. `lock` goes then. Of a trial without an object's uid, the object is about to be made.
  Status Track(const std::string& folder, const ClusterTrial& trial, FileDescriptor lock);
  // The trial's object has been made, or is there; null: it is not there any more.
  void SetObject(const std::string& folder, const std::string& object_uid, const Json& object);
  // No object was made.
  void Untrack(const std::string& folder);
  bool IsTracked(const std::string& folder) const;
  // As TrialOperator::Poll, of a trial that is tracked and has not ended.
  JobStatus Describe(const std::string& folder) const;
  // Why one of its watches is away; OK when none is.
  Status CheckWatches() const;
  // Something about the folder has changed: it is to be cancelled.
  void Nudge(const std::string& folder);

 private:
  struct Tracked {
    ClusterTrial trial;
    std::optional<TrialConditions> conditions;
    FileDescriptor lock;
    std::shared_ptr<TrialLog> log;
    std::string watch;  // of its objects
    bool object_gone = false;
    bool object_missed = false;  // from a list; it is to be asked for
    Judgement judgement;
    bool pods_known = false;           // no pod has been made that is not among them
    bool asked_at_end = false;         // for the pods, since its object has told its end
    std::map<std::string, Json> pods;  // by name
    std::optional<PodState> pod;       // the primary one
    bool pod_gone = false;
    bool told_of_start = false;
    bool is_deleted = false;  // by this program
    Time decided;             // when nothing but the log was wanted
    std::optional<ClusterEnd> end;
  };
  struct Watched {
    std::unique_ptr<kubernetes::ObjectWatch> watch;
    Status status;  // why it is away
  };

  // `objects` of what the watch is over: pods, or a kind of object.
  void StartWatch(const std::string& key, const kubernetes::ObjectPath& path, bool pods);
  void Reached(const std::string& key, const Status& status);
  void ObjectsReplaced(const std::string& key, std::vector<Json> objects);
  void ObjectChanged(const std::string& key, const Json& object, bool deleted);
  void PodsReplaced(const std::string& name_space, std::vector<Json> pods);
  void PodChanged(Json pod, bool deleted);
  Tracked* FindByLabels(const Json& object, std::string* folder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of an earlier process, which could not clear it away.
  void SweepUntracked(const Json& object);

  void Enqueue(const std::string& folder, Duration delay = absl::ZeroDuration())
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Work(kubernetes::Cancellation& cancellation);
  // Returns after how long to look again; infinite for when something has changed.
  Duration Reconcile(const std::string& folder, kubernetes::Cancellation& cancellation);
  // Its steps. They call the API and so hold no lock.
  Status AskForObject(const std::string& folder, const ClusterTrial& trial,
                      kubernetes::Cancellation& cancellation);
  Status AskForPods(const std::string& folder, const ClusterTrial& trial,
                    kubernetes::Cancellation& cancellation);
  Status DeleteCancelled(const std::string& folder, const ClusterTrial& trial,
                         kubernetes::Cancellation& cancellation);
  Duration Clear(const std::string& folder, const ClusterTrial& trial, const ClusterEnd& end,
                 Verdict verdict, bool is_deleted, kubernetes::Cancellation& cancellation);
  void LookAtPods(const std::string& folder, Tracked& tracked, std::optional<WantedLog>& wanted)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TrialEvidence EvidenceOf(const Tracked& tracked, bool cancelled, Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsClearing() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsAway(const Tracked& tracked, Status* why) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  kubernetes::Client& client_;
  const std::function<void(const std::string&)> changed_;
  mutable absl::Mutex mutex_;
  SteadyCondVar wake_;
  std::map<std::string, Tracked> tracked_ ABSL_GUARDED_BY(mutex_);      // by folder
  std::map<std::string, std::string> folders_ ABSL_GUARDED_BY(mutex_);  // by uid/run
  std::map<std::string, Watched> watches_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Time> queue_ ABSL_GUARDED_BY(mutex_);  // folder to when
  std::set<std::string> at_work_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<LogPump> logs_;
  std::vector<std::unique_ptr<kubernetes::Cancellation>> cancellations_;  // one for each thread
  std::vector<std::thread> threads_;
};

}  // namespace qalam
