#include "controller/operators/collector_pool.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>

#include "base/process.h"

namespace qalam {

namespace {

// As many as a burst of short trials uses again and again; each holds about a megabyte.
constexpr size_t kMostIdle = 32;

// It ends by itself once nobody is at the other end of its socket.
void Dismiss(PooledCollector collector) {
  collector.socket.Close();
  while (waitpid(collector.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

CollectorPool::~CollectorPool() {
  absl::MutexLock lock(&mutex_);
  for (auto& collector : idle_) Dismiss(std::move(collector));
}

StatusOr<PooledCollector> CollectorPool::Start() const {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoStatus(errno, "cannot make a socket for a collector");
  }
  PooledCollector collector{.socket = FileDescriptor(ends[0])};
  const FileDescriptor theirs(ends[1]);
  const FileDescriptor null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  ASSIGN_OR_RETURN(collector.pid, Spawn({.arguments = {program_, "--serve"},
                                         .environment = EnvironmentWith({}),
                                         // The folder of this process may be removed.
                                         .working_directory = "/",
                                         .standard_input = theirs.get(),
                                         .standard_output = null.get(),
                                         .standard_error = null.get(),
                                         .new_session = true}));
  return collector;
}

StatusOr<PooledCollector> CollectorPool::Run(const std::string& directory) {
  while (true) {
    PooledCollector collector;
    {
      absl::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        collector = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    const bool was_idle = collector.pid > 0;
    if (!was_idle) {
      ASSIGN_OR_RETURN(collector, Start());
    }
    const auto sent =
        send(collector.socket.get(), directory.data(), directory.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(directory.size())) return collector;
    const int error_number = errno;
    Dismiss(std::move(collector));
    // An idle one may have been killed; of a new one it would be a fault of the machine.
    if (!was_idle) return ErrnoStatus(error_number, "cannot reach the collector");
  }
}

void CollectorPool::GiveBack(PooledCollector collector) {
  {
    absl::MutexLock lock(&mutex_);
    if (idle_.size() < kMostIdle) {
      idle_.push_back(std::move(collector));
      return;
    }
  }
  Dismiss(std::move(collector));
}

}  // namespace qalam
