#include "controller/collector/run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/collector/trial_run.h"

namespace qalam::collector {

namespace {

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

Result RunClaimed(const std::string& directory, const ProcessIdentity& self, ResultFile& file,
                  int signals) {
  if (FileExists(directory + "/" + kCancelFile)) {
    return {Ending::kCancelled, 0, "it was stopped before it began"};
  }
  const auto text = ReadFile(directory + "/" + kJobFile);
  if (!text.ok()) return {Ending::kStartFailed, 0, Message(text.status())};
  auto job = DecodeJob(*text);
  if (!job.ok()) return {Ending::kStartFailed, 0, Message(job.status())};
  return RunTrial(directory, *std::move(job), MakeFolderSink(directory), signals,
                  {.began = [&](const std::vector<pid_t>& leaders) { file.WriteGroups(leaders); },
                   .is_superseded = [&] { return IsSuperseded(directory, self); }});
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
