#include "controller/collector/run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "base/files.h"
#include "controller/collector/free_port.h"
#include "controller/collector/job.h"
#include "controller/collector/metric_source.h"
#include "controller/collector/process_set.h"
#include "controller/collector/recorder.h"

namespace qalam::collector {

namespace {

// After the command has ended, what its children still write is waited for no longer than this.
constexpr std::chrono::milliseconds kDrainLimit(2000);
// What it has left in files is read for no longer than this: somebody else may write them, too.
constexpr std::chrono::seconds kSourceDrainLimit(30);
// How often the folder is looked at: whoever stops the trial, or gives it to another collector, may
// be on a machine from which no signal comes.
constexpr std::chrono::seconds kFolderLook(5);

// False when another has the folder.
StatusOr<bool> Claim(const std::string& directory, const ProcessIdentity& self) {
  const Status status = WriteClaim(directory, self);
  if (status.code() == StatusCode::kAlreadyExists) return false;
  RETURN_IF_ERROR(status);
  return true;
}

// Whether the trial is being run again by another, since this machine was taken for lost. A folder
// that cannot be read just now says nothing.
bool IsSuperseded(const std::string& directory, const ProcessIdentity& self) {
  const auto claim = ReadClaim(directory);
  if (!claim.ok()) return claim.status().code() == StatusCode::kNotFound;
  return claim->pid != self.pid || claim->start_ticks != self.start_ticks ||
         claim->boot_id != self.boot_id;
}

// Blocks the signals this program acts on and returns where they can be read.
FileDescriptor MakeSignalDescriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, kLookSignal}) {
    sigaddset(&signals, signal);
  }
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

class Run {
 public:
  // `source` may be null.
  Run(const std::string& directory, const ProcessIdentity& self, const Job& job,
      ProcessSet& processes, Recorder& recorder, MetricSource* source, int signals)
      : directory_(directory),
        self_(self),
        cancel_path_(directory + "/" + kCancelFile),
        job_(job),
        processes_(processes),
        recorder_(recorder),
        source_(source),
        signals_(signals) {
    if (job.timeout_seconds > 0) timeout_ = SteadyClock::now() + Seconds(job.timeout_seconds);
  }

  Result ToEnd() {
    if (source_ != nullptr) source_->CommandBegan();
    bool more = false;
    while (!Reap()) {
      FollowVerdict();
      Wait(more ? SteadyClock::now() : NextDeadline());
      ReadOutput();
      more = LookAtSource();
      ReadSignals();
      if (recorder_.hopeless()) Terminate(Ending::kEarlyStopped);
      LookAtFolder();
      CheckDeadlines();
    }
    WaitForSource();
    processes_.KillDescendants();
    Drain();
    return MakeResult();
  }

 private:
  static SteadyClock::duration Seconds(double seconds) {
    return std::chrono::duration_cast<SteadyClock::duration>(
        std::chrono::duration<double>(seconds));
  }

  bool Reap() {
    return processes_.Reap([this](pid_t pid, int status) {
      if (source_ != nullptr) source_->Reaped(pid, status);
    });
  }

  SteadyClock::time_point NextDeadline() const {
    auto until = folder_look_;
    if (timeout_) until = std::min(until, *timeout_);
    if (leave_by_ && !told_to_end_) until = std::min(until, *leave_by_);
    if (kill_at_) until = std::min(until, *kill_at_);
    return until;
  }

  // For anything to happen, until then.
  void Wait(SteadyClock::time_point until) const {
    const auto now = SteadyClock::now();
    until = std::min(until, now + std::chrono::hours(1));
    std::vector<pollfd> descriptors = {{signals_, POLLIN, 0}};
    for (const int output : processes_.Outputs()) descriptors.push_back({output, POLLIN, 0});
    if (source_ != nullptr) {
      descriptors.push_back({source_->descriptor(), source_->events(), 0});
      until = std::min(until, source_->next_look());
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now).count();
    poll(descriptors.data(), descriptors.size(), static_cast<int>(std::max<int64_t>(0, left + 1)));
  }

  bool ReadOutput() {
    return processes_.ReadOutput([this](std::string_view data) { recorder_.Output(data); });
  }

  bool LookAtSource() {
    if (source_ == nullptr) return false;
    std::vector<SpooledPoint> points;
    const bool more = source_->Look(NowMicroseconds(), points);
    if (!points.empty()) recorder_.Points(std::move(points));
    return more;
  }

  void ReadSignals() {
    signalfd_siginfo info;
    while (read(signals_, &info, sizeof(info)) == sizeof(info)) {
      if (info.ssi_signo == SIGCHLD) continue;
      // One that was meant for the trial before this finds no message here.
      if (info.ssi_signo == kLookSignal && !FileExists(cancel_path_)) continue;
      Terminate(Ending::kCancelled);
    }
  }

  void LookAtFolder() {
    if (SteadyClock::now() < folder_look_) return;
    folder_look_ = SteadyClock::now() + kFolderLook;
    if (FileExists(cancel_path_)) Terminate(Ending::kCancelled);
    // At once: what it does is in the way of the run that has taken its place.
    if (IsSuperseded(directory_, self_)) {
      Terminate(Ending::kCancelled);
      processes_.Signal(SIGKILL);
    }
  }

  // The command has ended, so that nothing can become of it any more.
  void DropSignals() const {
    signalfd_siginfo info;
    while (read(signals_, &info, sizeof(info)) == sizeof(info)) {
    }
  }

  void WaitForSource() {
    if (source_ == nullptr) return;
    source_->CommandEnded();
    LookAtSource();
    while (!source_->IsDone()) {
      Wait(SteadyClock::time_point::max());
      Reap();
      ReadOutput();
      LookAtSource();
      DropSignals();
    }
  }

  // Whom a replica's end concerns.
  void FollowVerdict() {
    if (processes_.verdict() == ProcessSet::Verdict::kFailed) TerminateAll();
    if (processes_.verdict() != ProcessSet::Verdict::kSucceeded || leave_by_) return;
    // Those that are about to end by themselves may finish what they do.
    timeout_.reset();
    processes_.SignalServing(SIGTERM);
    leave_by_ = SteadyClock::now() + Seconds(job_.grace_seconds);
  }

  void Terminate(Ending ending) {
    if (processes_.verdict() == ProcessSet::Verdict::kOpen) {
      ending_ = ending;
      processes_.SetStopped();
    }
    TerminateAll();
  }

  void TerminateAll() {
    if (told_to_end_) return;
    told_to_end_ = true;
    timeout_.reset();
    processes_.Signal(SIGTERM);
    // A stopped process would not notice TERM.
    processes_.Signal(SIGCONT);
    kill_at_ = SteadyClock::now() + Seconds(job_.grace_seconds);
  }

  void CheckDeadlines() {
    const auto now = SteadyClock::now();
    if (timeout_ && now >= *timeout_) Terminate(Ending::kTimeout);
    if (leave_by_ && now >= *leave_by_) TerminateAll();
    if (kill_at_ && now >= *kill_at_) {
      processes_.Signal(SIGKILL);
      kill_at_.reset();
    }
  }

  void Drain() {
    const auto limit = SteadyClock::now() + kDrainLimit;
    while (ReadOutput() && SteadyClock::now() < limit) {
    }
    const auto source_limit = SteadyClock::now() + kSourceDrainLimit;
    while (LookAtSource() && SteadyClock::now() < source_limit) {
    }
    recorder_.Finish();
    if (source_ == nullptr) return;
    std::vector<SpooledPoint> points;
    source_->Finish(NowMicroseconds(), points);
    recorder_.Points(std::move(points));
  }

  Result MakeResult() const {
    Result result = processes_.Describe();
    if (ending_ == Ending::kTimeout) {
      result.message = fmt::format("stopped after its time limit of {:g} s; {}",
                                   job_.timeout_seconds, result.message);
    }
    if (ending_ == Ending::kEarlyStopped) {
      result.message = "it was stopped early, because " + *recorder_.hopeless();
    }
    if (ending_) result.ending = *ending_;
    if (source_ != nullptr && !source_->complaint().empty()) {
      result.message += "; " + source_->complaint();
    }
    const uint64_t lost_bytes = recorder_.lost_bytes() + processes_.lost_bytes();
    if (lost_bytes > 0) {
      result.message +=
          fmt::format("; {} bytes of its output were lost, the disk being full", lost_bytes);
    }
    return result;
  }

  const std::string directory_;
  const ProcessIdentity self_;
  const std::string cancel_path_;
  const Job& job_;
  ProcessSet& processes_;
  Recorder& recorder_;
  MetricSource* const source_;
  const int signals_;
  // After a success: until when the others may take to end by themselves.
  std::optional<SteadyClock::time_point> leave_by_;
  std::optional<SteadyClock::time_point> timeout_, kill_at_;
  SteadyClock::time_point folder_look_ = SteadyClock::now() + kFolderLook;
  bool told_to_end_ = false;
  std::optional<Ending> ending_;
};

// Written twice: who runs, then the result. The room for that is taken at once.
class ResultFile {
 public:
  explicit ResultFile(const std::string& directory)
      : path_(directory + "/" + kResultFile),
        running_(directory + "/" + kRunningFile),
        file_(open(running_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) {
    WriteAtBegin("");
  }

  // Without it the operator could not clean up after a collector that was killed; that is no reason
  // to give the trial up.
  void WriteGroups(const std::vector<pid_t>& leaders) {
    std::vector<ProcessIdentity> identities;
    for (const pid_t pid : leaders) {
      const auto identity = IdentifyProcess(pid);
      if (identity.ok()) identities.push_back(*identity);
    }
    WriteAtBegin(EncodeGroups(identities));
  }

  bool WriteResult(const Result& result) {
    return WriteAtBegin(Encode(result)) && rename(running_.c_str(), path_.c_str()) == 0;
  }

 private:
  bool WriteAtBegin(std::string text) {
    // Over all that was written before.
    text.resize(std::max(text.size(), room_), ' ');
    const ssize_t written = pwrite(file_.get(), text.data(), text.size(), 0);
    room_ = std::max(room_, static_cast<size_t>(std::max<ssize_t>(written, 0)));
    return written == static_cast<ssize_t>(text.size());
  }

  const std::string path_, running_;
  const FileDescriptor file_;
  size_t room_ = 1024;  // bytes of the file
};

// Trials side by side on one machine cannot share a port: each is given its own.
Status SettlePort(Job& job) {
  if (job.source != Source::kScrape) return absl::OkStatus();
  if (job.endpoint.port == 0) {
    ASSIGN_OR_RETURN(job.endpoint.port, FreePort(job.endpoint.host));
  }
  job.environment.emplace(kMetricsPortVariable, std::to_string(job.endpoint.port));
  return absl::OkStatus();
}

Result RunClaimed(const std::string& directory, const ProcessIdentity& self, ResultFile& file,
                  int signals) {
  if (FileExists(directory + "/" + kCancelFile)) {
    return {Ending::kCancelled, 0, "it was stopped before it began"};
  }
  const auto text = ReadFile(directory + "/" + kJobFile);
  if (!text.ok()) return {Ending::kStartFailed, 0, Message(text.status())};
  auto job = DecodeJob(*text);
  if (!job.ok()) return {Ending::kStartFailed, 0, Message(job.status())};
  const Status settled = SettlePort(*job);
  if (!settled.ok()) return {Ending::kStartFailed, 0, Message(settled)};
  const auto recorder = Recorder::Open(directory, *job);
  if (!recorder.ok()) return {Ending::kStartFailed, 0, Message(recorder.status())};
  const auto source = MakeMetricSource(*job, directory);
  if (!source.ok()) return {Ending::kStartFailed, 0, Message(source.status())};
  auto processes = ProcessSet::Start(directory, *job);
  if (!processes.ok()) return {Ending::kStartFailed, 0, Message(processes.status())};
  file.WriteGroups(processes->Leaders());
  return Run(directory, self, *job, *processes, **recorder, source->get(), signals).ToEnd();
}

// 0 once the result is written, whatever it is.
int RunOne(const std::string& directory, const ProcessIdentity& self, int signals) {
  const auto claimed = Claim(directory, self);
  if (!claimed.ok()) {
    std::fprintf(stderr, "qalam-collector: %s\n", Message(claimed.status()).c_str());
    return 1;
  }
  if (!*claimed) return kAlreadyClaimed;
  ResultFile file(directory);
  const Result result = RunClaimed(directory, self, file, signals);
  // The files of these names are another's by now.
  if (IsSuperseded(directory, self)) return kAlreadyClaimed;
  if (file.WriteResult(result)) return 0;
  std::fprintf(stderr, "qalam-collector: cannot write the result in %s\n", directory.c_str());
  return 1;
}

// The next folder to be run; empty when there will be none.
std::string NextDirectory(int requests, int signals) {
  // A path and its newline come in one packet, since the socket keeps packets apart.
  char path[PATH_MAX + 1];
  while (true) {
    pollfd descriptors[] = {{signals, POLLIN, 0}, {requests, POLLIN, 0}};
    poll(descriptors, 2, -1);
    if (descriptors[1].revents != 0) {
      const ssize_t size = read(requests, path, sizeof(path));
      if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      return {path, static_cast<size_t>(std::max<ssize_t>(size, 0))};
    }
    signalfd_siginfo info;
    while (read(signals, &info, sizeof(info)) == sizeof(info)) {
      // SIGCHLD and the look were for the trial that has ended.
      if (info.ssi_signo != SIGCHLD && info.ssi_signo != kLookSignal) return "";
    }
  }
}

}  // namespace

int RunJob(const std::string& directory) {
  const FileDescriptor signals = MakeSignalDescriptor();
  const auto self = IdentifyProcess(getpid());
  return self.ok() ? RunOne(directory, *self, signals.get()) : 1;
}

int RunJobs(int requests) {
  const FileDescriptor signals = MakeSignalDescriptor();
  const auto self = IdentifyProcess(getpid());
  if (!self.ok()) return 1;
  while (true) {
    const std::string directory = NextDirectory(requests, signals.get());
    if (directory.empty()) return 0;
    // Whoever cannot write one result must not begin another: its end would be taken for this
    // one's.
    if (RunOne(directory, *self, signals.get()) == 1) return 1;
    // Nobody may be there any more to hear it.
    send(requests, "", 1, MSG_NOSIGNAL);
  }
}

}  // namespace qalam::collector
