#include "controller/operators/kubernetes/trial_tracker.h"

#include <algorithm>

#include "api/distributed_job.h"
#include "controller/operators/kubernetes/trial_object.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

using kubernetes::MetadataEntry;
using kubernetes::MetadataText;
using kubernetes::ObjectPath;
using kubernetes::Propagation;

constexpr int kWorkers = 4;
constexpr Duration kTryAgain = absl::Seconds(1);
// An object that is left when the program ends is cleared away by the next one: with `qalam run`
// there may be none for long.
constexpr Duration kLongestClearing = absl::Seconds(5);
// After its end, how long a log is waited for that cannot be had: its node may be gone.
constexpr Duration kLongestLogWait = absl::Seconds(30);

std::string MarkOfLabels(const Json& object) {
  return MetadataEntry(object, "labels", kTrialUidLabel) + "/" +
         MetadataEntry(object, "labels", kRunLabel);
}

std::string WatchKey(const ObjectPath& path) {
  return path.resource.api_version + "/" + path.resource.plural + " in " + path.name_space;
}

}  // namespace

TrialTracker::TrialTracker(kubernetes::Client& client,
                           std::function<void(const std::string&)> changed)
    : client_(client), changed_(std::move(changed)) {
  logs_ = std::make_unique<LogPump>(client_, [this](const std::string& folder, bool complete) {
    if (!complete) return changed_(folder);
    absl::MutexLock lock(&mutex_);
    Enqueue(folder);
  });
  for (int i = 0; i < kWorkers; ++i) {
    auto& mine = *cancellations_.emplace_back(std::make_unique<kubernetes::Cancellation>());
    // Not by its index: the list grows while this thread begins.
    threads_.emplace_back([this, &mine] { Work(mine); });
  }
}

TrialTracker::~TrialTracker() {
  std::map<std::string, Watched> watches;
  {
    absl::MutexLock lock(&mutex_);
    const Time deadline = SteadyNow() + kLongestClearing;
    while (IsClearing() && SteadyNow() < deadline) wake_.WaitFor(&mutex_, deadline - SteadyNow());
    ending_ = true;
    watches.swap(watches_);
    wake_.SignalAll();
  }
  watches.clear();
  for (auto& cancellation : cancellations_) cancellation->Cancel();
  for (auto& thread : threads_) thread.join();
  logs_.reset();
}

// Of trials that have ended and whose cluster answers.
bool TrialTracker::IsClearing() const {
  // Not by an algorithm: clang would not know that its function runs under the mutex.
  for (const auto& [name, tracked] : tracked_) {
    Status why;
    if (tracked.end && !IsAway(tracked, &why)) return true;
  }
  return false;
}

Status TrialTracker::Track(const std::string& folder, const ClusterTrial& trial,
                           FileDescriptor lock) {
  const Json manifest = {{"apiVersion", trial.path.resource.api_version},
                         {"kind", trial.path.resource.kind}};
  ASSIGN_OR_RETURN(auto conditions, TrialConditions::Make(manifest, trial.conditions));
  ObjectPath all = trial.path;
  all.name.clear();
  const ObjectPath pods{kubernetes::kPods, trial.path.name_space, "", ""};
  {
    absl::MutexLock held(&mutex_);
    Tracked& tracked = tracked_[folder];
    tracked.trial = trial;
    tracked.conditions = std::move(conditions);
    tracked.lock = std::move(lock);
    tracked.log = std::make_shared<TrialLog>(folder, trial.mark);
    tracked.watch = WatchKey(all);
    tracked.pods_known = trial.object_uid.empty();
    tracked.decided = absl::InfiniteFuture();
    tracked.end = ReadClusterEnd(folder);
    folders_[trial.mark] = folder;
  }
  StartWatch(WatchKey(pods), pods, true);
  if (WatchKey(all) != WatchKey(pods)) StartWatch(WatchKey(all), all, false);
  return absl::OkStatus();
}

void TrialTracker::SetObject(const std::string& folder, const std::string& object_uid,
                             const Json& object) {
  absl::MutexLock lock(&mutex_);
  const auto found = tracked_.find(folder);
  if (found == tracked_.end()) return;
  Tracked& tracked = found->second;
  tracked.trial.object_uid = object_uid;
  tracked.object_gone = object.is_null();
  if (!object.is_null() && tracked.judgement.verdict == Verdict::kOpen) {
    tracked.judgement = tracked.conditions->Judge(object);
  }
  Enqueue(folder);
}

void TrialTracker::Untrack(const std::string& folder) {
  logs_->Forget(folder);
  absl::MutexLock lock(&mutex_);
  const auto found = tracked_.find(folder);
  if (found == tracked_.end()) return;
  folders_.erase(found->second.trial.mark);
  tracked_.erase(found);
  queue_.erase(folder);
}

bool TrialTracker::IsTracked(const std::string& folder) const {
  absl::MutexLock lock(&mutex_);
  return tracked_.contains(folder);
}

JobStatus TrialTracker::Describe(const std::string& folder) const {
  absl::MutexLock lock(&mutex_);
  const auto found = tracked_.find(folder);
  if (found == tracked_.end()) return {JobState::kUnknown, "", ""};
  Status why;
  if (IsAway(found->second, &why)) return {JobState::kUnknown, "Unreachable", Message(why)};
  return DescribeUnended(EvidenceOf(found->second, false, SteadyNow()));
}

Status TrialTracker::CheckWatches() const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, watched] : watches_) {
    if (!watched.status.ok()) return Unavailable("{}: {}", key, Message(watched.status));
  }
  return absl::OkStatus();
}

void TrialTracker::Nudge(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  Enqueue(folder);
}

bool TrialTracker::IsAway(const Tracked& tracked, Status* why) const {
  const auto watch = watches_.find(tracked.watch);
  if (watch == watches_.end() || watch->second.status.ok()) return false;
  *why = watch->second.status;
  return true;
}

void TrialTracker::StartWatch(const std::string& key, const ObjectPath& path, bool pods) {
  absl::MutexLock lock(&mutex_);
  if (ending_ || watches_.contains(key)) return;
  kubernetes::WatchHandlers handlers;
  handlers.reached = [this, key](const Status& status) { Reached(key, status); };
  // A trial may be a Pod itself.
  handlers.replaced = [this, key, pods, name_space = path.name_space](std::vector<Json> objects) {
    ObjectsReplaced(key, objects);
    if (pods) PodsReplaced(name_space, std::move(objects));
  };
  handlers.changed = [this, key, pods](Json object) {
    ObjectChanged(key, object, false);
    if (pods) PodChanged(std::move(object), false);
  };
  handlers.deleted = [this, key, pods](Json object) {
    ObjectChanged(key, object, true);
    if (pods) PodChanged(std::move(object), true);
  };
  watches_[key].watch =
      std::make_unique<kubernetes::ObjectWatch>(client_, path, kTrialSelector, std::move(handlers));
}

void TrialTracker::Reached(const std::string& key, const Status& status) {
  absl::MutexLock lock(&mutex_);
  const auto watch = watches_.find(key);
  if (watch != watches_.end()) watch->second.status = status;
}

TrialTracker::Tracked* TrialTracker::FindByLabels(const Json& object, std::string* folder) {
  const auto found = folders_.find(MarkOfLabels(object));
  if (found == folders_.end()) return nullptr;
  *folder = found->second;
  const auto tracked = tracked_.find(found->second);
  return tracked == tracked_.end() ? nullptr : &tracked->second;
}

void TrialTracker::ObjectsReplaced(const std::string& key, std::vector<Json> objects) {
  std::set<std::string> seen;
  for (const Json& object : objects) {
    seen.insert(MetadataText(object, "uid"));
    ObjectChanged(key, object, false);
    SweepUntracked(object);
  }
  absl::MutexLock lock(&mutex_);
  for (auto& [folder, tracked] : tracked_) {
    const std::string& uid = tracked.trial.object_uid;
    if (tracked.watch != key || uid.empty() || seen.contains(uid)) continue;
    // It may have been made after the list was.
    tracked.object_missed = true;
    Enqueue(folder);
  }
}

void TrialTracker::ObjectChanged(const std::string& key, const Json& object, bool deleted) {
  absl::MutexLock lock(&mutex_);
  std::string folder;
  Tracked* tracked = FindByLabels(object, &folder);
  // Pods have the labels of their trial, too.
  if (tracked == nullptr || tracked->watch != key) return;
  // One of that name that was there before is another.
  const std::string& uid = tracked->trial.object_uid;
  if (!uid.empty() && MetadataText(object, "uid") != uid) return;
  tracked->judgement = tracked->conditions->Judge(object);
  if (deleted) tracked->object_gone = true;
  Enqueue(folder);
}

void TrialTracker::PodsReplaced(const std::string& name_space, std::vector<Json> pods) {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, std::map<std::string, Json>> by_mark;
  for (auto& pod : pods) {
    // Named before the assignment, which empties the pod before it looks where to put it.
    Json& place = by_mark[MarkOfLabels(pod)][MetadataText(pod, "name")];
    place = std::move(pod);
  }
  for (auto& [folder, tracked] : tracked_) {
    if (tracked.trial.path.name_space != name_space) continue;
    tracked.pods = std::move(by_mark[tracked.trial.mark]);
    tracked.pods_known = true;
    Enqueue(folder);
  }
}

void TrialTracker::PodChanged(Json pod, bool deleted) {
  absl::MutexLock lock(&mutex_);
  std::string folder;
  Tracked* tracked = FindByLabels(pod, &folder);
  if (tracked == nullptr) return;
  const std::string name = MetadataText(pod, "name");
  if (deleted) {
    // What became of it at last is known by this alone.
    if (tracked->pod && tracked->pod->name == name) {
      tracked->pod = ReadPodState(pod, tracked->trial.container);
    }
    tracked->pods.erase(name);
  } else {
    tracked->pods[name] = std::move(pod);
  }
  Enqueue(folder);
}

void TrialTracker::SweepUntracked(const Json& object) {
  const std::string folder = MetadataEntry(object, "annotations", kFolderAnnotation);
  if (folder.empty() || IsTracked(folder)) return;
  const auto trial = ReadClusterTrial(folder);
  const auto end = ReadClusterEnd(folder);
  if (!trial.ok() || !end || end->cleared || trial->retain) return;
  if (trial->object_uid != MetadataText(object, "uid")) return;
  if (client_.Delete(trial->path, Propagation::kBackground, trial->object_uid).ok()) {
    WriteClusterEnd(folder, {end->status, true}).IgnoreError();
  }
}

void TrialTracker::Enqueue(const std::string& folder, Duration delay) {
  if (!tracked_.contains(folder) || delay == absl::InfiniteDuration()) return;
  const Time at = SteadyNow() + delay;
  const auto [entry, is_new] = queue_.emplace(folder, at);
  if (!is_new) entry->second = std::min(entry->second, at);
  wake_.Signal();
}

void TrialTracker::Work(kubernetes::Cancellation& cancellation) {
  absl::MutexLock lock(&mutex_);
  while (!ending_) {
    const Time now = SteadyNow();
    Time next = absl::InfiniteFuture();
    std::string folder;
    for (const auto& [key, due] : queue_) {
      if (at_work_.contains(key)) continue;
      if (due < next) {
        next = due;
        folder = key;
      }
    }
    if (next > now) {
      wake_.WaitFor(&mutex_, next - now);
      continue;
    }
    queue_.erase(folder);
    at_work_.insert(folder);
    mutex_.Unlock();
    const Duration again = Reconcile(folder, cancellation);
    mutex_.Lock();
    at_work_.erase(folder);
    Enqueue(folder, again);
    // Others may have passed over it.
    wake_.Signal();
  }
}

void TrialTracker::LookAtPods(const std::string& folder, Tracked& tracked,
                              std::optional<WantedLog>& wanted) {
  std::vector<const Json*> pods;
  for (const auto& [name, pod] : tracked.pods) pods.push_back(&pod);
  const Json* primary =
      ChoosePrimaryPod(pods, tracked.trial.pod_labels, tracked.trial.primary_role);
  // One that another has taken the place of is read to its end first.
  const bool unread = tracked.pod && tracked.pod->has_started &&
                      !tracked.log->is_complete_for({tracked.pod->uid, tracked.pod->restarts});
  const auto before = unread ? tracked.pods.find(tracked.pod->name) : tracked.pods.end();
  if (before != tracked.pods.end()) primary = &before->second;
  tracked.pod_gone = primary == nullptr && tracked.pod.has_value();
  if (primary != nullptr) tracked.pod = ReadPodState(*primary, tracked.trial.container);
  if (!tracked.pod || !tracked.pod->has_started) return;
  const PodState& pod = *tracked.pod;
  const LogSource source{pod.uid, pod.restarts};
  if (tracked.log->is_complete_for(source)) return;
  wanted = WantedLog{.name_space = tracked.trial.path.name_space,
                     .pod = pod.name,
                     .container = tracked.trial.container,
                     .source = source,
                     .ended = pod.has_ended || tracked.pod_gone};
}

TrialEvidence TrialTracker::EvidenceOf(const Tracked& tracked, bool cancelled, Time now) const {
  TrialEvidence evidence{.cancelled = cancelled,
                         .object_gone = tracked.object_gone,
                         .judgement = tracked.judgement,
                         .pod = tracked.pod,
                         .pod_gone = tracked.pod_gone};
  const bool no_log = !tracked.pod || !tracked.pod->has_started;
  const bool complete =
      !no_log && tracked.log->is_complete_for({tracked.pod->uid, tracked.pod->restarts});
  evidence.log_complete =
      (no_log && tracked.pods_known) || complete || now - tracked.decided > kLongestLogWait;
  if (complete) {
    evidence.result = tracked.log->result();
    evidence.missing_bytes = tracked.log->missing_bytes();
  }
  return evidence;
}

Duration TrialTracker::Reconcile(const std::string& folder,
                                 kubernetes::Cancellation& cancellation) {
  const bool cancelled = IsCancelled(folder);
  ClusterTrial trial;
  std::optional<ClusterEnd> end;
  Verdict verdict;
  bool ask = false, ask_for_pods = false, erase = false, is_deleted = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = tracked_.find(folder);
    if (found == tracked_.end()) return absl::InfiniteDuration();
    Tracked& tracked = found->second;
    trial = tracked.trial;
    end = tracked.end;
    verdict = tracked.judgement.verdict;
    is_deleted = tracked.is_deleted || tracked.object_gone;
    ask = tracked.object_missed && !tracked.object_gone;
    ask_for_pods = !tracked.pods_known;
    erase = cancelled && !tracked.is_deleted && !tracked.object_gone;
    // Its object is about to be made.
    if (trial.object_uid.empty()) return absl::InfiniteDuration();
  }
  if (end) return Clear(folder, trial, *end, verdict, is_deleted, cancellation);
  if (ask && !AskForObject(folder, trial, cancellation).ok()) return kTryAgain;
  if (ask_for_pods && !AskForPods(folder, trial, cancellation).ok()) return kTryAgain;
  if (erase && !DeleteCancelled(folder, trial, cancellation).ok()) return kTryAgain;

  std::optional<WantedLog> wanted;
  std::shared_ptr<TrialLog> log;
  std::optional<JobStatus> status;
  bool started = false;
  Duration again = absl::InfiniteDuration();
  {
    absl::MutexLock lock(&mutex_);
    const auto found = tracked_.find(folder);
    if (found == tracked_.end()) return absl::InfiniteDuration();
    Tracked& tracked = found->second;
    LookAtPods(folder, tracked, wanted);
    log = tracked.log;
    if (tracked.pod && tracked.pod->has_started) {
      started = !std::exchange(tracked.told_of_start, true);
    }
    const Time now = SteadyNow();
    Status why;
    const bool decided = tracked.judgement.verdict != Verdict::kOpen || tracked.object_gone;
    if (!decided || IsAway(tracked, &why)) {
      tracked.decided = absl::InfiniteFuture();
    } else {
      tracked.decided = std::min(tracked.decided, now);
    }
    const bool has_log = tracked.pod && tracked.pod->has_started;
    if (decided && !has_log && !tracked.asked_at_end) {
      // The pods have a watch of their own, which may be behind that of the objects: that none has
      // run must be heard from the server itself.
      tracked.asked_at_end = true;
      tracked.pods_known = false;
      return absl::ZeroDuration();
    }
    status = JudgeTrialEnd(EvidenceOf(tracked, cancelled, now));
    if (!status && decided) again = kTryAgain;
    verdict = tracked.judgement.verdict;
    is_deleted = tracked.is_deleted || tracked.object_gone;
  }
  if (started) changed_(folder);
  if (!status) {
    if (wanted) logs_->Want(folder, log, *wanted);
    return again;
  }
  const ClusterEnd written{*status, false};
  if (!WriteClusterEnd(folder, written).ok()) return kTryAgain;
  {
    absl::MutexLock lock(&mutex_);
    tracked_[folder].end = written;
  }
  changed_(folder);
  return Clear(folder, trial, written, verdict, is_deleted, cancellation);
}

Status TrialTracker::AskForObject(const std::string& folder, const ClusterTrial& trial,
                                  kubernetes::Cancellation& cancellation) {
  const auto object = client_.Get(trial.path, &cancellation);
  const bool gone = object.status().code() == StatusCode::kNotFound ||
                    (object.ok() && MetadataText(*object, "uid") != trial.object_uid);
  if (!object.ok() && !gone) return object.status();
  absl::MutexLock lock(&mutex_);
  const auto found = tracked_.find(folder);
  if (found == tracked_.end()) return absl::OkStatus();
  found->second.object_missed = false;
  found->second.object_gone = gone;
  if (!gone) found->second.judgement = found->second.conditions->Judge(*object);
  return absl::OkStatus();
}

Status TrialTracker::AskForPods(const std::string& folder, const ClusterTrial& trial,
                                kubernetes::Cancellation& cancellation) {
  ASSIGN_OR_RETURN(auto list, client_.List({kubernetes::kPods, trial.path.name_space, "", ""},
                                           fmt::format("{}={},{}={}", kTrialUidLabel, trial.uid,
                                                       kRunLabel, trial.run)));
  absl::MutexLock lock(&mutex_);
  const auto found = tracked_.find(folder);
  if (found == tracked_.end()) return absl::OkStatus();
  for (auto& pod : list.items) {
    const std::string name = MetadataText(pod, "name");
    // What the watch has told meanwhile is later, unless it is behind.
    if (found->second.asked_at_end) {
      found->second.pods.insert_or_assign(name, std::move(pod));
    } else {
      found->second.pods.emplace(name, std::move(pod));
    }
  }
  found->second.pods_known = true;
  return absl::OkStatus();
}

Status TrialTracker::DeleteCancelled(const std::string& folder, const ClusterTrial& trial,
                                     kubernetes::Cancellation& cancellation) {
  const Status status =
      client_.Delete(trial.path, Propagation::kForeground, trial.object_uid, &cancellation);
  const bool gone = status.code() == StatusCode::kNotFound || status.code() == StatusCode::kAborted;
  if (!status.ok() && !gone) return status;
  std::vector<std::string> pods;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = tracked_.find(folder);
    if (found == tracked_.end()) return absl::OkStatus();
    found->second.is_deleted = true;
    if (gone) found->second.object_missed = true;
    for (const auto& [name, pod] : found->second.pods) pods.push_back(name);
  }
  // The cluster would get round to them, but later.
  for (const auto& pod : pods) {
    client_
        .Delete({kubernetes::kPods, trial.path.name_space, pod, ""}, Propagation::kBackground, "",
                &cancellation)
        .IgnoreError();
  }
  return gone ? AskForObject(folder, trial, cancellation) : absl::OkStatus();
}

Duration TrialTracker::Clear(const std::string& folder, const ClusterTrial& trial,
                             const ClusterEnd& end, Verdict verdict, bool is_deleted,
                             kubernetes::Cancellation& cancellation) {
  // One that its controller would run once more has to go in any case.
  const bool stays = trial.retain && verdict != Verdict::kOpen;
  if (!end.cleared && !is_deleted && !stays) {
    const Status status =
        client_.Delete(trial.path, Propagation::kBackground, trial.object_uid, &cancellation);
    const bool gone =
        status.code() == StatusCode::kNotFound || status.code() == StatusCode::kAborted;
    if (!status.ok() && !gone) return kTryAgain;
  }
  if (!end.cleared) {
    const Status noted = WriteClusterEnd(folder, {end.status, true});
    // With the trial's folder nobody is left who would read it.
    if (!noted.ok() && noted.code() != StatusCode::kNotFound) return kTryAgain;
  }
  logs_->Forget(folder);
  absl::MutexLock lock(&mutex_);
  folders_.erase(trial.mark);
  tracked_.erase(folder);
  queue_.erase(folder);
  wake_.SignalAll();
  return absl::InfiniteDuration();
}

}  // namespace qalam
