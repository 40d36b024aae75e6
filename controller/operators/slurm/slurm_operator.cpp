#include "controller/operators/slurm/slurm_operator.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/files.h"
#include "base/log.h"
#include "controller/collector/job.h"
#include "controller/operators/collector_job.h"
#include "controller/operators/earlier_run.h"
#include "controller/operators/folder_engine.h"
#include "controller/operators/folder_watcher.h"
#include "controller/operators/slurm/batch_request.h"
#include "controller/operators/slurm/job_state.h"
#include "controller/operators/slurm/slurm_client.h"
#include "controller/operators/slurm/slurm_queue.h"
#include "controller/operators/slurm/submission.h"
#include "controller/operators/slurm/verdict.h"
#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

using slurm::Submission;

bool IsThere(const std::string& folder, const char* name) {
  return FileExists(FileInFolder(folder, name));
}

// What the job's script has printed last, in one line.
std::string LastWordsOf(const std::string& folder) {
  constexpr uint64_t kMost = 500;
  const auto text = ReadFile(FileInFolder(folder, slurm::kScriptLog), 1 << 20);
  if (!text.ok()) return "";
  std::string words = text->size() > kMost ? text->substr(text->size() - kMost) : *text;
  std::replace_if(
      words.begin(), words.end(), [](unsigned char c) { return c < ' ' || c >= 127; }, ' ');
  words.erase(words.find_last_not_of(' ') + 1);
  return words;
}

class SlurmOperator final : public TrialOperator {
 public:
  explicit SlurmOperator(SlurmOptions options)
      : options_(std::move(options)),
        client_(options_),
        watcher_(options_.look_interval),
        queue_(client_, options_, [this](const std::string& name) { JobChanged(name); }) {}

  Status CheckPrograms() const { return client_.CheckPrograms(); }

  Status CheckReachable() override {
    const Status answer = queue_.LastAnswer();
    return answer.ok() ? answer : Unavailable("Slurm does not answer: {}", Message(answer));
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
    watcher_.OnChange(std::move(changed));
  }

 private:
  // A job of which Slurm is asked.
  struct Followed {
    Submission submission;
    bool submitted_here = false;
    bool end_is_told = false;        // by its collector, of which Slurm was asked then
    std::optional<Time> seen_ended;  // when it was first seen to have ended without a result
  };
  // One submission of a folder at a time.
  class Turn {
   public:
    Turn(SlurmOperator& owner, const std::string& folder) : owner_(owner), folder_(folder) {
      absl::MutexLock lock(&owner_.mutex_);
      const auto is_free = [this] {
        owner_.mutex_.AssertReaderHeld();
        return !owner_.submitting_.contains(folder_);
      };
      owner_.mutex_.Await(absl::Condition(&is_free));
      owner_.submitting_.insert(folder_);
    }
    ~Turn() {
      absl::MutexLock lock(&owner_.mutex_);
      owner_.submitting_.erase(folder_);
    }

   private:
    SlurmOperator& owner_;
    const std::string folder_;
  };

  Status EndEarlierRun(const std::string& folder);
  // Whether Slurm has the job of a submission that was cut off.
  StatusOr<bool> FindCutOff(const std::string& folder, const Submission& submission);
  Status MakeFiles(const TrialJob& job, const slurm::BatchRequest& request) const;
  StatusOr<std::string> Begin(const TrialJob& job);

  void Follow(const std::string& folder, Submission submission, bool submitted_here);
  void Unfollow(const std::string& folder);
  // Nothing when the folder was never submitted.
  std::optional<Followed> FindFollowed(const std::string& folder);
  slurm::Sight Look(const Followed& followed);
  // The same, once the collector has told an end. Slurm's last answer may be of before it, as of a
  // job that waits: it is asked anew, once.
  slurm::Sight LookAfterEnd(const std::string& folder, const Followed& followed);
  // That the job is taken for ended, since now unless it was before.
  void NoteEnded(const std::string& folder);
  void JobChanged(const std::string& job_name);

  JobStatus PollOne(const std::string& folder);
  JobStatus PollUnsubmitted(const std::string& folder) const;
  void SendCancel(const std::string& job_name) const;

  const SlurmOptions options_;
  const slurm::SlurmClient client_;
  absl::Mutex mutex_;
  std::set<std::string> submitting_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Followed> followed_ ABSL_GUARDED_BY(mutex_);    // by folder
  std::map<std::string, std::string> folders_ ABSL_GUARDED_BY(mutex_);  // by the job's name
  FolderWatcher watcher_;
  slurm::SlurmQueue queue_;
};

void SlurmOperator::Follow(const std::string& folder, Submission submission, bool submitted_here) {
  queue_.Track(submission.job_name, submission.job_id);
  watcher_.Add(folder);
  absl::MutexLock lock(&mutex_);
  folders_[submission.job_name] = folder;
  followed_[folder] = {.submission = std::move(submission), .submitted_here = submitted_here};
}

void SlurmOperator::Unfollow(const std::string& folder) {
  watcher_.Remove(folder);
  absl::MutexLock lock(&mutex_);
  const auto entry = followed_.find(folder);
  if (entry == followed_.end()) return;
  queue_.Forget(entry->second.submission.job_name);
  folders_.erase(entry->second.submission.job_name);
  followed_.erase(entry);
}

std::optional<SlurmOperator::Followed> SlurmOperator::FindFollowed(const std::string& folder) {
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = followed_.find(folder);
    if (entry != followed_.end()) return entry->second;
  }
  const auto submission = slurm::ReadSubmission(folder);
  if (!submission.ok()) return std::nullopt;
  Follow(folder, *submission, false);
  return Followed{.submission = *submission};
}

void SlurmOperator::NoteEnded(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  const auto entry = followed_.find(folder);
  if (entry == followed_.end() || entry->second.seen_ended) return;
  entry->second.seen_ended = SteadyNow();
}

slurm::Sight SlurmOperator::Look(const Followed& followed) {
  const std::string& name = followed.submission.job_name;
  return followed.submitted_here ? queue_.Look(name) : queue_.WaitFor(name);
}

slurm::Sight SlurmOperator::LookAfterEnd(const std::string& folder, const Followed& followed) {
  bool is_first = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = followed_.find(folder);
    is_first = entry != followed_.end() && !std::exchange(entry->second.end_is_told, true);
  }
  if (is_first) queue_.Track(followed.submission.job_name, followed.submission.job_id);
  return Look(followed);
}

void SlurmOperator::JobChanged(const std::string& job_name) {
  std::string folder;
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = folders_.find(job_name);
    if (entry == folders_.end()) return;
    folder = entry->second;
  }
  watcher_.Announce(folder);
}

// A job that waits or runs still may claim the folder that the next run is to have.
Status SlurmOperator::EndEarlierRun(const std::string& folder) {
  const auto earlier = FindFollowed(folder);
  if (!earlier) return absl::OkStatus();
  const std::string& name = earlier->submission.job_name;
  Follow(folder, earlier->submission, false);
  const slurm::Sight sight = queue_.WaitFor(name);
  if (!sight.answers) return Unavailable("{}", sight.absence);
  const slurm::QueueEntry* entry = slurm::MostTelling(sight.entries);
  if (entry != nullptr && slurm::StateOf(*entry).phase != slurm::Phase::kEnded) {
    RETURN_IF_ERROR(client_.Withdraw(name));
    RETURN_IF_ERROR(client_.Signal(name, "KILL"));
    return Unavailable("the run before has not quite ended in Slurm");
  }
  Unfollow(folder);
  return absl::OkStatus();
}

StatusOr<bool> SlurmOperator::FindCutOff(const std::string& folder, const Submission& submission) {
  Follow(folder, submission, false);
  const slurm::Sight sight = queue_.WaitFor(submission.job_name);
  if (!sight.answers) return Unavailable("{}", sight.absence);
  const slurm::QueueEntry* entry = slurm::MostTelling(sight.entries);
  if (entry == nullptr) {
    // Slurm forgets what has ended.
    return IsThere(folder, collector::kClaimFile) || IsThere(folder, collector::kResultFile);
  }
  const Submission found = {submission.job_name, entry->job_id};
  RETURN_IF_ERROR(slurm::WriteSubmission(folder, found));
  Follow(folder, found, false);
  return true;
}

Status SlurmOperator::MakeFiles(const TrialJob& job, const slurm::BatchRequest& request) const {
  ASSIGN_OR_RETURN(const auto commands, CommandsOfTrial(job));
  std::map<std::string, std::string> environment = {{"QALAM_TRIAL", job.name},
                                                    {"QALAM_NAMESPACE", job.name_space}};
  if (options_.trial_token) {
    ASSIGN_OR_RETURN(environment["QALAM_TOKEN"], options_.trial_token(job.uid));
  }
  ASSIGN_OR_RETURN(auto collector_job, MakeCollectorJob(job, commands,
                                                        {.grace_seconds = options_.grace_seconds,
                                                         .environment = std::move(environment)}));
  const bool has_address = collector_job.environment.contains("QALAM_ADDRESS");
  if (job.collector.kind == CollectorKind::kPush && !has_address) {
    return InvalidArgument(
        "with the collector Push a trial reports to the server, whose private socket Slurm's nodes "
        "cannot reach; name one that they can as QALAM_ADDRESS in the container's env, or use "
        "another collector");
  }
  // GPUs are Slurm's to name.
  AddRoom({.millicpus = static_cast<int64_t>(job.resources.cpu * 1000)}, commands, collector_job);
  RETURN_IF_ERROR(PrepareTrialFolder(job, commands));
  RETURN_IF_ERROR(WriteCollectorJob(job.directory, collector_job));
  return WriteFileAtomically(FileInFolder(job.directory, slurm::kScriptFile), request.script,
                             false);
}

StatusOr<std::string> SlurmOperator::Submit(const TrialJob& job) {
  const std::string& folder = job.directory;
  const Turn turn(*this, folder);
  if (HasEarlierRun(folder, job.retries)) {
    RETURN_IF_ERROR(EndEarlierRun(folder));
    RETURN_IF_ERROR(PrepareRetry(folder, job.retries));
  }
  if (const auto followed = FindFollowed(folder)) {
    if (followed->submission.job_id > 0) return folder;
    ASSIGN_OR_RETURN(const bool is_there, FindCutOff(folder, followed->submission));
    if (is_there) return folder;
  } else if (IsCancelled(folder) || PollForeignTrial(folder, FolderEngine::kSlurm) ||
             IsThere(folder, collector::kClaimFile)) {
    // One with a claim has begun, also where its submission cannot be read.
    return folder;
  }
  return Begin(job);
}

StatusOr<std::string> SlurmOperator::Begin(const TrialJob& job) {
  const std::string& folder = job.directory;
  ASSIGN_OR_RETURN(const auto request, slurm::MakeBatchRequest(job, options_));
  RETURN_IF_ERROR(MakeFiles(job, request));
  RETURN_IF_ERROR(slurm::WriteSubmission(folder, {request.job_name, 0}));
  const auto id = client_.Submit(request.arguments);
  if (!id.ok()) {
    // Of one that may have come through, the folder goes on telling.
    if (id.status().code() != StatusCode::kUnavailable) {
      unlink(FileInFolder(folder, slurm::kSubmissionFile).c_str());
      Unfollow(folder);
    }
    return id.status();
  }
  const Submission submission = {request.job_name, *id};
  RETURN_IF_ERROR(slurm::WriteSubmission(folder, submission));
  Follow(folder, submission, true);
  // Whoever cancelled it meanwhile had no job to tell.
  if (IsCancelled(folder)) SendCancel(request.job_name);
  return folder;
}

StatusOr<std::vector<JobStatus>> SlurmOperator::Poll(std::span<const std::string> handles) {
  std::vector<JobStatus> states;
  states.reserve(handles.size());
  for (const auto& handle : handles) states.push_back(PollOne(handle));
  return states;
}

// Of a folder that was never submitted to Slurm, as far as can be read.
JobStatus SlurmOperator::PollUnsubmitted(const std::string& folder) const {
  if (const auto foreign = PollForeignTrial(folder, FolderEngine::kSlurm)) return *foreign;
  if (const auto end = ReadProcessEnd(folder)) return *end;
  if (IsThere(folder, collector::kClaimFile)) {
    return {JobState::kUnknown, "Unreadable", "it has begun, but which job it is cannot be read"};
  }
  if (IsCancelled(folder)) {
    return {JobState::kKilled, "Cancelled", "it was stopped before it began"};
  }
  return {JobState::kMissing, "Missing", "it was never submitted"};
}

JobStatus SlurmOperator::PollOne(const std::string& folder) {
  ReadFolderAnew(folder);
  slurm::Evidence evidence;
  evidence.cancelled = IsCancelled(folder);
  evidence.end = ReadTrialEnd(folder);
  if (evidence.end && slurm::IsConclusive(*evidence.end, evidence.cancelled)) {
    Unfollow(folder);
    return *evidence.end;
  }
  const auto followed = FindFollowed(folder);
  if (!followed) return PollUnsubmitted(folder);
  const std::string& name = followed->submission.job_name;
  slurm::Sight sight = Look(*followed);
  // Only now: what Slurm takes for ended has written all it ever will.
  ReadFolderAnew(folder);
  evidence.end = ReadTrialEnd(folder);
  if (evidence.end) sight = LookAfterEnd(folder, *followed);
  evidence.claimed = IsThere(folder, collector::kClaimFile);
  evidence.job_id = followed->submission.job_id;
  if (!sight.is_known) {
    queue_.Hurry();
    if (sight.absence.empty()) return {JobState::kRunning, "", ""};
    return {JobState::kUnknown, "SlurmAway", sight.absence};
  }
  evidence.slurm_answers = sight.answers;
  evidence.absence = sight.absence;
  if (const auto* entry = slurm::MostTelling(sight.entries)) evidence.entry = *entry;
  evidence.settled =
      followed->seen_ended && SteadyNow() - *followed->seen_ended >= options_.result_patience;
  if (!evidence.claimed) evidence.last_words = LastWordsOf(folder);
  slurm::Verdict verdict = slurm::Judge(evidence);
  if (verdict.awaits_slurm) queue_.Hurry();
  if (verdict.awaits_result) NoteEnded(folder);
  const JobState state = verdict.status.state;
  if (state == JobState::kSucceeded || state == JobState::kFailed || state == JobState::kKilled) {
    // One that Slurm holds would begin when an administrator lets it, long after its trial.
    if (evidence.entry && slurm::StateOf(*evidence.entry).phase != slurm::Phase::kEnded) {
      SendCancel(name);
    }
    Unfollow(folder);
  }
  return verdict.status;
}

void SlurmOperator::SendCancel(const std::string& job_name) const {
  const slurm::Sight sight = queue_.Look(job_name);
  const slurm::QueueEntry* entry = slurm::MostTelling(sight.entries);
  const bool runs = entry != nullptr && entry->state == "RUNNING";
  // A collector that is told to look finds the cancel file; one that has not begun will find it.
  Status status = runs ? absl::OkStatus() : client_.Withdraw(job_name);
  if (status.ok()) status = client_.Signal(job_name, "USR1");
  if (status.ok()) return;
  Logger("operator")
      .Warn("cannot tell Slurm to stop a job, its collector will see by itself",
            {{"job", job_name}, {"error", Message(status)}});
}

Status SlurmOperator::Cancel(const std::string& handle) {
  if (IsThere(handle, collector::kResultFile)) return absl::OkStatus();
  RETURN_IF_ERROR(WriteCancel(handle));
  if (const auto followed = FindFollowed(handle)) {
    SendCancel(followed->submission.job_name);
    queue_.Hurry();
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<TrialOperator>> MakeSlurmOperator(SlurmOptions options) {
  auto trial_operator = std::make_unique<SlurmOperator>(std::move(options));
  RETURN_IF_ERROR(trial_operator->CheckPrograms());
  return trial_operator;
}

}  // namespace qalam
