#include "controller/operators/kubernetes/kubernetes_operator.h"

#include <absl/time/clock.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "api/distributed_job.h"
#include "base/files.h"
#include "controller/operators/change_notices.h"
#include "controller/operators/earlier_run.h"
#include "controller/operators/folder_engine.h"
#include "controller/operators/kubernetes/cluster_trial.h"
#include "controller/operators/kubernetes/kubernetes_files.h"
#include "controller/operators/kubernetes/pod_templates.h"
#include "controller/operators/kubernetes/trial_check.h"
#include "controller/operators/kubernetes/trial_object.h"
#include "controller/operators/kubernetes/trial_tracker.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

using kubernetes::MetadataEntry;
using kubernetes::MetadataText;

// How long another submission of the same trial may take.
constexpr Duration kLongestSubmission = absl::Seconds(10);

// Whoever holds it looks after the trial: the log would come twice. Invalid where another does.
StatusOr<FileDescriptor> TryLock(const std::string& folder) {
  RETURN_IF_ERROR(MakeDirectories(folder));
  const std::string path = FileInFolder(folder, kClusterLockFile);
  FileDescriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.valid()) return ErrnoStatus(errno, fmt::format("cannot open {}", path));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return ErrnoStatus(errno, fmt::format("cannot lock {}", path));
  return FileDescriptor();
}

// The role whose first replica counts.
std::string PrimaryRole(const Json& manifest) {
  const DistributedKind* kind = FindDistributedKind(manifest);
  if (kind == nullptr) return "";
  std::vector<Fault> faults;
  const auto groups = ReadReplicaGroups(*kind, manifest, "", faults);
  const ReplicaGroup* group = FindPrimaryGroup(*kind, groups);
  return group == nullptr ? "" : group->role->name;
}

// Of a request on behalf of a trial that has not begun. What may be put right outside is waited
// for.
Status WhileItWaits(const Status& status) {
  switch (status.code()) {
    // A quota that is used up, or rights that somebody may give: with the server's words.
    case StatusCode::kPermissionDenied:
      return ResourceExhausted("{}", Message(status));
    // That name is being deleted, or the namespace is.
    case StatusCode::kAborted:
    // A login that has expired, or is not to be had.
    case StatusCode::kUnauthenticated:
    // Likewise, or a certificate that is not trusted.
    case StatusCode::kFailedPrecondition:
      return Unavailable("{}", Message(status));
    // Another's has its name, and keeps it.
    case StatusCode::kAlreadyExists:
      return FailedPrecondition("{}", Message(status));
    default:
      return status;
  }
}

// Whether a request that ended so may have made an object all the same. The server has said no to
// any other, or never saw it.
bool MayHaveMade(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    // Its answer was too long.
    case StatusCode::kResourceExhausted:
    case StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

bool BelongsTo(const Json& object, const ClusterTrial& trial) {
  return MetadataEntry(object, "labels", kTrialUidLabel) == trial.uid &&
         MetadataEntry(object, "labels", kRunLabel) == std::to_string(trial.run);
}

class KubernetesOperator final : public TrialOperator {
 public:
  KubernetesOperator(std::unique_ptr<kubernetes::Client> client, KubernetesOperatorOptions options)
      : options_(std::move(options)), client_(std::move(client)) {
    tracker_ = std::make_unique<TrialTracker>(
        *client_, [this](const std::string& folder) { changed_(folder); });
  }

  std::vector<Fault> CheckTrials(const ExperimentSpec& spec) override {
    return CheckClusterTrials(spec);
  }
  Status CheckReachable() override { return tracker_->CheckWatches(); }
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
    changed_.Set(std::move(changed));
  }

 private:
  std::string NamespaceOf(const TrialJob& job) const {
    if (!options_.name_space.empty()) return options_.name_space;
    return job.name_space == "default" || job.name_space.empty() ? client_->access().name_space
                                                                 : job.name_space;
  }
  StatusOr<ClusterTrial> Describe(const TrialJob& job, const Json& object);
  // Waits for another's submission; OK once there is an object, or an end.
  Status AwaitOther(const std::string& folder);
  // The object that is there now, new or from an earlier try; else what the server said.
  StatusOr<Json> CreateOrFind(const ClusterTrial& trial, const Json& object);
  // Whether the trial has certainly no object, after such an answer to `CreateOrFind`.
  bool HasNone(const ClusterTrial& trial, const Status& answer, bool is_first_try);
  Status Start(const std::string& folder, ClusterTrial trial, const Json& object, bool is_first_try,
               FileDescriptor lock);
  JobStatus PollOne(const std::string& folder);
  JobStatus Adopt(const std::string& folder, ClusterTrial trial, FileDescriptor lock);

  const KubernetesOperatorOptions options_;
  const std::unique_ptr<kubernetes::Client> client_;
  ChangeCall changed_;
  std::unique_ptr<TrialTracker> tracker_;
};

StatusOr<ClusterTrial> KubernetesOperator::Describe(const TrialJob& job, const Json& object) {
  const auto text = [&](const char* field) {
    const Json value = job.manifest.value(field, Json(""));
    return value.is_string() ? value.get<std::string>() : "";
  };
  ClusterTrial trial{.uid = job.uid, .run = job.retries, .mark = TrialMark(job)};
  const auto resource = client_->FindResource(text("apiVersion"), text("kind"));
  if (!resource.ok()) return WhileItWaits(resource.status());
  trial.path.resource = *resource;
  trial.path.name_space = NamespaceOf(job);
  trial.path.name = MetadataText(object, "name");
  trial.conditions = {job.success_condition, job.failure_condition};
  Json copy = job.manifest;
  std::vector<Fault> ignored;
  const auto containers =
      FindPrimaryContainers(copy, {job.primary_container_name, job.primary_pod_labels}, ignored);
  if (!containers.empty()) {
    const Json name = containers[0].container->value("name", Json(""));
    trial.container = name.is_string() ? name.get<std::string>() : "";
  }
  trial.pod_labels = job.primary_pod_labels;
  trial.primary_role = PrimaryRole(job.manifest);
  trial.retain = job.retain;
  // What the document's check has seen may be another after the trial's values are put in.
  RETURN_IF_ERROR(TrialConditions::Make(job.manifest, trial.conditions).status());
  return trial;
}

Status KubernetesOperator::AwaitOther(const std::string& folder) {
  const Time deadline = SteadyNow() + kLongestSubmission;
  while (SteadyNow() < deadline) {
    const auto trial = ReadClusterTrial(folder);
    if ((trial.ok() && !trial->object_uid.empty()) || ReadClusterEnd(folder)) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const auto lock, TryLock(folder));
    if (lock.valid()) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return Unavailable("another submission of it has not got through");
}

StatusOr<std::string> KubernetesOperator::Submit(const TrialJob& job) {
  const std::string& folder = job.directory;
  if (tracker_->IsTracked(folder)) {
    if (HasEarlierRun(folder, job.retries)) {
      return Unavailable("the run before has not quite ended");
    }
    RETURN_IF_ERROR(AwaitOther(folder));
    return folder;
  }
  ASSIGN_OR_RETURN(auto lock, TryLock(folder));
  if (!lock.valid()) {
    if (HasEarlierRun(folder, job.retries)) {
      return Unavailable("the run before has not quite ended");
    }
    RETURN_IF_ERROR(AwaitOther(folder));
    return folder;
  }
  if (HasEarlierRun(folder, job.retries)) {
    // Its end is there, but its object may not have been cleared away.
    const auto end = ReadClusterEnd(folder);
    if (end && !end->cleared) {
      lock.Close();
      PollOne(folder);
      return Unavailable("the run before has not quite ended");
    }
    RETURN_IF_ERROR(PrepareRetry(folder, job.retries));
  }
  if (ReadClusterEnd(folder)) return folder;
  if (PollForeignTrial(folder, FolderEngine::kKubernetes)) return folder;
  const auto known = ReadClusterTrial(folder);
  if (!known.ok() || known->object_uid.empty()) {
    // One that was cancelled will not begin.
    if (IsCancelled(folder) && !known.ok()) return folder;
    TrialObjectOptions options{.name_space = NamespaceOf(job),
                               .collector_image = options_.collector_image,
                               .grace_seconds = options_.grace_seconds,
                               .owner = options_.owner};
    if (options_.trial_token) {
      ASSIGN_OR_RETURN(options.trial_token, options_.trial_token(job.uid));
    }
    ASSIGN_OR_RETURN(const Json object, MakeTrialObject(job, options));
    ASSIGN_OR_RETURN(ClusterTrial trial, Describe(job, object));
    RETURN_IF_ERROR(WriteClusterTrial(folder, trial));
    const bool is_first_try = known.status().code() == StatusCode::kNotFound;
    RETURN_IF_ERROR(Start(folder, std::move(trial), object, is_first_try, std::move(lock)));
    return folder;
  }
  const JobStatus status = Adopt(folder, *known, std::move(lock));
  if (status.state == JobState::kUnknown) return Unavailable("{}", status.message);
  return folder;
}

StatusOr<Json> KubernetesOperator::CreateOrFind(const ClusterTrial& trial, const Json& object) {
  kubernetes::ObjectPath all = trial.path;
  all.name.clear();
  auto created = client_->Create(all, object);
  if (created.status().code() != StatusCode::kAlreadyExists) return created;
  auto found = client_->Get(trial.path);
  // It has gone in between, and the name is free.
  if (found.status().code() == StatusCode::kNotFound) return Aborted("{}", Message(found.status()));
  if (!found.ok() || BelongsTo(*found, trial)) return found;
  return AlreadyExists("there is a {} already, which is not this trial's",
                       kubernetes::Describe(trial.path));
}

bool KubernetesOperator::HasNone(const ClusterTrial& trial, const Status& answer,
                                 bool is_first_try) {
  if (MayHaveMade(answer)) return false;
  if (is_first_try) return true;
  // One that was cut off may have made it: a quota, for one, is looked at before names are.
  const auto found = client_->Get(trial.path);
  return found.ok() ? !BelongsTo(*found, trial) : found.status().code() == StatusCode::kNotFound;
}

Status KubernetesOperator::Start(const std::string& folder, ClusterTrial trial, const Json& object,
                                 bool is_first_try, FileDescriptor lock) {
  // Followed before it is made, so that nothing of it is missed.
  RETURN_IF_ERROR(tracker_->Track(folder, trial, std::move(lock)));
  const auto made = CreateOrFind(trial, object);
  Status status = WhileItWaits(made.status());
  if (status.ok()) {
    trial.object_uid = MetadataText(*made, "uid");
    status = WriteClusterTrial(folder, trial);
  } else if (HasNone(trial, made.status(), is_first_try)) {
    // Another operator would wait for its end.
    unlink(FileInFolder(folder, kClusterTrialFile).c_str());
  }
  if (!status.ok()) {
    tracker_->Untrack(folder);
    return status;
  }
  tracker_->SetObject(folder, trial.object_uid, *made);
  return absl::OkStatus();
}

JobStatus KubernetesOperator::Adopt(const std::string& folder, ClusterTrial trial,
                                    FileDescriptor lock) {
  const auto object = client_->Get(trial.path);
  const bool gone = object.status().code() == StatusCode::kNotFound;
  if (!object.ok() && !gone) return {JobState::kUnknown, "Unreachable", Message(object.status())};
  const bool was_made = !trial.object_uid.empty();
  const bool is_ours = object.ok() && BelongsTo(*object, trial) &&
                       (!was_made || MetadataText(*object, "uid") == trial.object_uid);
  if (!is_ours && !was_made) {
    if (IsCancelled(folder))
      return {JobState::kKilled, "Cancelled", "it was stopped before it began"};
    return {JobState::kMissing, "Missing", "its object was never made"};
  }
  if (!was_made) {
    trial.object_uid = MetadataText(*object, "uid");
    const Status written = WriteClusterTrial(folder, trial);
    if (!written.ok()) return {JobState::kUnknown, "Unreadable", Message(written)};
  }
  const Status tracked = tracker_->Track(folder, trial, std::move(lock));
  if (!tracked.ok()) return {JobState::kFailed, "ResultDamaged", Message(tracked)};
  tracker_->SetObject(folder, trial.object_uid, is_ours ? *object : Json());
  return {JobState::kRunning, "", ""};
}

JobStatus KubernetesOperator::PollOne(const std::string& folder) {
  const auto end = ReadClusterEnd(folder);
  if (end && end->cleared) return end->status;
  if (tracker_->IsTracked(folder)) {
    if (end) return end->status;
    const JobStatus status = tracker_->Describe(folder);
    // It may have ended in between.
    const auto later = ReadClusterEnd(folder);
    return later ? later->status : status;
  }
  const auto trial = ReadClusterTrial(folder);
  if (!trial.ok()) {
    if (const auto foreign = PollForeignTrial(folder, FolderEngine::kKubernetes)) return *foreign;
    if (IsCancelled(folder)) {
      return {JobState::kKilled, "Cancelled", "it was stopped before it began"};
    }
    return {JobState::kMissing, "Missing", "it was never submitted"};
  }
  auto lock = TryLock(folder);
  if (!lock.ok()) return {JobState::kUnknown, "Unreadable", Message(lock.status())};
  // Another process, or another thread of this one, looks after it.
  if (!lock->valid()) return end ? end->status : JobStatus{JobState::kRunning, "", ""};
  const auto latest = ReadClusterEnd(folder);
  if (latest && latest->cleared) return latest->status;
  const JobStatus status = Adopt(folder, *trial, *std::move(lock));
  return latest ? latest->status : status;
}

StatusOr<std::vector<JobStatus>> KubernetesOperator::Poll(std::span<const std::string> handles) {
  std::vector<JobStatus> states;
  states.reserve(handles.size());
  for (const auto& handle : handles) states.push_back(PollOne(handle));
  return states;
}

Status KubernetesOperator::Cancel(const std::string& handle) {
  if (ReadClusterEnd(handle)) return absl::OkStatus();
  RETURN_IF_ERROR(WriteCancel(handle));
  const auto trial = ReadClusterTrial(handle);
  if (!trial.ok()) return absl::OkStatus();
  if (!tracker_->IsTracked(handle)) PollOne(handle);
  tracker_->Nudge(handle);
  if (tracker_->IsTracked(handle) || trial->object_uid.empty()) return absl::OkStatus();
  // Another process looks after it, and sees it go.
  const Status status =
      client_->Delete(trial->path, kubernetes::Propagation::kForeground, trial->object_uid);
  const bool gone = status.code() == StatusCode::kNotFound || status.code() == StatusCode::kAborted;
  return gone ? absl::OkStatus() : status;
}

}  // namespace

std::unique_ptr<TrialOperator> MakeKubernetesOperator(std::unique_ptr<kubernetes::Client> client,
                                                      KubernetesOperatorOptions options) {
  return std::make_unique<KubernetesOperator>(std::move(client), std::move(options));
}

}  // namespace qalam
