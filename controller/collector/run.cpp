#include "controller/collector/run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "base/files.h"
#include "controller/collector/file_tail.h"
#include "controller/collector/job.h"
#include "controller/collector/recorder.h"
#include "controller/collector/trial_process.h"

namespace qalam::collector {

namespace {

using SteadyClock = std::chrono::steady_clock;

// How often a metrics file is looked at. Fast enough for a person who watches, and cheap.
constexpr std::chrono::milliseconds kFilePoll(100);
// After the command has ended, what its children still write is waited for no longer than this.
constexpr std::chrono::milliseconds kDrainLimit(2000);

// Makes the claim appear whole or not at all. False when another has it.
StatusOr<bool> Claim(const std::string& directory) {
  ASSIGN_OR_RETURN(const auto self, IdentifyProcess(getpid()));
  const std::string claim = directory + "/" + kClaimFile;
  const std::string own = fmt::format("{}.{}", claim, getpid());
  RETURN_IF_ERROR(WriteFileAtomically(own, Encode(self), false));
  const int linked = link(own.c_str(), claim.c_str());
  const int error_number = errno;
  unlink(own.c_str());
  if (linked == 0) return true;
  if (error_number == EEXIST) return false;
  return ErrnoStatus(error_number, fmt::format("cannot claim {}", directory));
}

// Blocks the signals this program acts on and returns where they can be read.
FileDescriptor MakeSignalDescriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

class Run {
 public:
  Run(const Job& job, TrialProcess& process, Recorder& recorder, int signals)
      : job_(job), process_(process), recorder_(recorder), signals_(signals), tail_(job.file) {
    if (job.timeout_seconds > 0) timeout_ = SteadyClock::now() + Seconds(job.timeout_seconds);
  }

  Result ToEnd() {
    while (!process_.Reap()) {
      Wait();
      ReadOutput();
      ReadFile();
      ReadSignals();
      CheckDeadlines();
    }
    process_.KillDescendants();
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
    if (timeout_ && !ending_) until = std::min(until, *timeout_);
    if (kill_at_) until = std::min(until, *kill_at_);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count();
    pollfd descriptors[] = {{signals_, POLLIN, 0},
                            {output_open_ ? process_.output() : -1, POLLIN, 0}};
    poll(descriptors, 2, static_cast<int>(std::max<int64_t>(0, left + 1)));
  }

  // Bounded, so that a command that writes without end still gets its signals and its timeout.
  bool ReadOutput() {
    constexpr int kChunks = 16;
    char buffer[64 << 10];
    for (int i = 0; i < kChunks && output_open_; ++i) {
      const ssize_t got = read(process_.output(), buffer, sizeof(buffer));
      if (got < 0) return errno == EINTR;
      if (got == 0) {
        output_open_ = false;
      } else {
        recorder_.Output({buffer, static_cast<size_t>(got)});
      }
    }
    return output_open_;
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
      if (info.ssi_signo != SIGCHLD) Terminate(Ending::kCancelled);
    }
  }

  void Terminate(Ending ending) {
    if (ending_) return;
    ending_ = ending;
    process_.SignalGroup(SIGTERM);
    // A stopped process would not notice TERM.
    process_.SignalGroup(SIGCONT);
    kill_at_ = SteadyClock::now() + Seconds(job_.grace_seconds);
  }

  void CheckDeadlines() {
    const auto now = SteadyClock::now();
    if (timeout_ && now >= *timeout_) Terminate(Ending::kTimeout);
    if (kill_at_ && now >= *kill_at_) {
      process_.SignalGroup(SIGKILL);
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
    const int status = process_.wait_status();
    Result result;
    if (WIFSIGNALED(status)) {
      result = {Ending::kSignaled, WTERMSIG(status),
                fmt::format("the command was killed by signal {} ({})", WTERMSIG(status),
                            strsignal(WTERMSIG(status)))};
    } else {
      result = {Ending::kExited, WEXITSTATUS(status),
                fmt::format("the command exited with status {}", WEXITSTATUS(status))};
    }
    if (ending_ == Ending::kTimeout) {
      result.message = fmt::format("stopped after its time limit of {:g} s; {}",
                                   job_.timeout_seconds, result.message);
    }
    if (ending_) result.ending = *ending_;
    if (recorder_.lost_bytes() > 0) {
      result.message += fmt::format("; {} bytes of its output were lost, the disk being full",
                                    recorder_.lost_bytes());
    }
    return result;
  }

  const Job& job_;
  TrialProcess& process_;
  Recorder& recorder_;
  const int signals_;
  FileTail tail_;
  bool output_open_ = true;
  std::optional<SteadyClock::time_point> timeout_, kill_at_;
  std::optional<Ending> ending_;
};

Result RunClaimed(const std::string& directory, int signals) {
  if (FileExists(directory + "/" + kCancelFile)) {
    return {Ending::kCancelled, 0, "it was stopped before it began"};
  }
  const auto text = ReadFile(directory + "/" + kJobFile);
  if (!text.ok()) return {Ending::kStartFailed, 0, Message(text.status())};
  const auto job = DecodeJob(*text);
  if (!job.ok()) return {Ending::kStartFailed, 0, Message(job.status())};
  const auto recorder = Recorder::Open(directory, *job);
  if (!recorder.ok()) return {Ending::kStartFailed, 0, Message(recorder.status())};
  auto process = TrialProcess::Start(*job, directory + "/" + kGroupFile);
  if (!process.ok()) return {Ending::kStartFailed, 0, Message(process.status())};
  return Run(*job, *process, **recorder, signals).ToEnd();
}

// Room for the result is taken at the start, so that a full disk cannot keep it from being written.
constexpr size_t kResultRoom = 4096;

bool WriteResult(const std::string& reserved, const std::string& path, const Result& result) {
  std::string text = Encode(result);
  text.resize(std::max(text.size(), kResultRoom), ' ');
  const FileDescriptor file(open(reserved.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  return file.valid() &&
         pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
         rename(reserved.c_str(), path.c_str()) == 0;
}

}  // namespace

int RunJob(const std::string& directory) {
  const FileDescriptor signals = MakeSignalDescriptor();
  const auto claimed = Claim(directory);
  if (!claimed.ok()) {
    std::fprintf(stderr, "qalam-collector: %s\n", Message(claimed.status()).c_str());
    return 1;
  }
  if (!*claimed) return kAlreadyClaimed;
  const std::string reserved = directory + "/result.reserved";
  WriteFileAtomically(reserved, std::string(kResultRoom, ' '), false).IgnoreError();
  const Result result = RunClaimed(directory, signals.get());
  if (WriteResult(reserved, directory + "/" + kResultFile, result)) return 0;
  std::fprintf(stderr, "qalam-collector: cannot write the result in %s\n", directory.c_str());
  return 1;
}

}  // namespace qalam::collector
