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
#include <optional>
#include <vector>

#include "base/files.h"
#include "controller/collector/file_tail.h"
#include "controller/collector/job.h"
#include "controller/collector/process_set.h"
#include "controller/collector/recorder.h"

namespace qalam::collector {

namespace {

using SteadyClock = std::chrono::steady_clock;

// How often a metrics file is looked at. Fast enough for a person who watches, and cheap.
constexpr std::chrono::milliseconds kFilePoll(100);
// After the command has ended, what its children still write is waited for no longer than this.
constexpr std::chrono::milliseconds kDrainLimit(2000);

// False when another has the folder.
StatusOr<bool> Claim(const std::string& directory, const ProcessIdentity& self) {
  const Status status = WriteClaim(directory, self);
  if (status.code() == StatusCode::kAlreadyExists) return false;
  RETURN_IF_ERROR(status);
  return true;
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
  Run(const std::string& directory, const Job& job, ProcessSet& processes, Recorder& recorder,
      int signals)
      : cancel_path_(directory + "/" + kCancelFile),
        job_(job),
        processes_(processes),
        recorder_(recorder),
        signals_(signals),
        tail_(job.file) {
    if (job.timeout_seconds > 0) timeout_ = SteadyClock::now() + Seconds(job.timeout_seconds);
  }

  Result ToEnd() {
    while (!processes_.Reap()) {
      FollowVerdict();
      Wait();
      ReadOutput();
      ReadFile();
      ReadSignals();
      CheckDeadlines();
    }
    processes_.KillDescendants();
    Drain();
    recorder_.Finish();
    return MakeResult();
  }

 private:
  static SteadyClock::duration Seconds(double seconds) {
    return std::chrono::duration_cast<SteadyClock::duration>(
        std::chrono::duration<double>(seconds));
  }

  void Wait() const {
    auto until = SteadyClock::now() + std::chrono::hours(1);
    if (job_.source == Source::kFile) until = SteadyClock::now() + kFilePoll;
    if (timeout_) until = std::min(until, *timeout_);
    if (leave_by_ && !told_to_end_) until = std::min(until, *leave_by_);
    if (kill_at_) until = std::min(until, *kill_at_);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count();
    std::vector<pollfd> descriptors = {{signals_, POLLIN, 0}};
    for (const int output : processes_.Outputs()) descriptors.push_back({output, POLLIN, 0});
    poll(descriptors.data(), descriptors.size(), static_cast<int>(std::max<int64_t>(0, left + 1)));
  }

  bool ReadOutput() {
    return processes_.ReadOutput([this](std::string_view data) { recorder_.Output(data); });
  }

  bool ReadFile() {
    if (job_.source != Source::kFile) return false;
    const std::string data = tail_.Read();
    if (!data.empty()) recorder_.MetricsFile(data);
    return !data.empty();
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
    while (ReadFile() && SteadyClock::now() < limit) {
    }
  }

  Result MakeResult() const {
    Result result = processes_.Describe();
    if (ending_ == Ending::kTimeout) {
      result.message = fmt::format("stopped after its time limit of {:g} s; {}",
                                   job_.timeout_seconds, result.message);
    }
    if (ending_) result.ending = *ending_;
    const uint64_t lost_bytes = recorder_.lost_bytes() + processes_.lost_bytes();
    if (lost_bytes > 0) {
      result.message +=
          fmt::format("; {} bytes of its output were lost, the disk being full", lost_bytes);
    }
    return result;
  }

  const std::string cancel_path_;
  const Job& job_;
  ProcessSet& processes_;
  Recorder& recorder_;
  const int signals_;
  FileTail tail_;
  // After a success: until when the others may take to end by themselves.
  std::optional<SteadyClock::time_point> leave_by_;
  std::optional<SteadyClock::time_point> timeout_, kill_at_;
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

Result RunClaimed(const std::string& directory, ResultFile& file, int signals) {
  if (FileExists(directory + "/" + kCancelFile)) {
    return {Ending::kCancelled, 0, "it was stopped before it began"};
  }
  const auto text = ReadFile(directory + "/" + kJobFile);
  if (!text.ok()) return {Ending::kStartFailed, 0, Message(text.status())};
  const auto job = DecodeJob(*text);
  if (!job.ok()) return {Ending::kStartFailed, 0, Message(job.status())};
  const auto recorder = Recorder::Open(directory, *job);
  if (!recorder.ok()) return {Ending::kStartFailed, 0, Message(recorder.status())};
  auto processes = ProcessSet::Start(directory, *job);
  if (!processes.ok()) return {Ending::kStartFailed, 0, Message(processes.status())};
  file.WriteGroups(processes->Leaders());
  return Run(directory, *job, *processes, **recorder, signals).ToEnd();
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
  if (file.WriteResult(RunClaimed(directory, file, signals))) return 0;
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
