#include "controller/operators/machine_capacity.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"

namespace qalam {

namespace {

double CoresOfThisProcess() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) return CPU_COUNT(&cores);
  return static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
}

// What the program prints, if it ends in time.
StatusOr<std::string> OutputOf(const std::vector<std::string>& arguments) {
  constexpr int kPatienceMilliseconds = 15000;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  ASSIGN_OR_RETURN(const pid_t pid, Spawn({.arguments = arguments,
                                           .environment = EnvironmentWith({}),
                                           .standard_output = write_end.get(),
                                           .standard_error = write_end.get(),
                                           .new_session = true}));
  write_end.Close();
  std::string output;
  char buffer[4096];
  pollfd waited{read_end.get(), POLLIN, 0};
  while (poll(&waited, 1, kPatienceMilliseconds) > 0) {
    const ssize_t got = read(read_end.get(), buffer, sizeof(buffer));
    if (got <= 0) break;
    output.append(buffer, static_cast<size_t>(got));
  }
  kill(-pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return output;
}

// nvidia-smi -L prints a line for each, "GPU 0: NVIDIA H100 (UUID: ...)", and indented ones for
// parts of a GPU.
size_t CountListedGpus() {
  const auto output = OutputOf({"nvidia-smi", "-L"});
  if (!output.ok()) {
    if (output.status().code() != StatusCode::kNotFound) {
      Logger("operator")
          .Warn("cannot ask nvidia-smi for GPUs", {{"error", Message(output.status())}});
    }
    return 0;
  }
  size_t count = output->starts_with("GPU ") ? 1 : 0;
  for (size_t at = output->find("\nGPU "); at != std::string::npos;
       at = output->find("\nGPU ", at + 1)) {
    ++count;
  }
  return count;
}

std::vector<std::string> Indices(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

// As CUDA reads it: what comes after a name that is none, such as -1, does not count.
std::vector<std::string> VisibleGpus(const std::string& text) {
  std::vector<std::string> names;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    std::string name = text.substr(at, comma - at);
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    if (name.empty() || name[0] == '-') break;
    names.push_back(std::move(name));
    at = comma + 1;
  }
  return names;
}

}  // namespace

Room CapacityWithoutGpus(const CapacityOptions& options) {
  Room room;
  room.millicpus = static_cast<int64_t>(options.cpus.value_or(CoresOfThisProcess()) * 1000);
  const auto all_memory =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  room.memory_bytes = static_cast<int64_t>(options.memory_bytes.value_or(all_memory));
  return room;
}

std::vector<std::string> GpuNames(std::optional<int> given) {
  const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  std::vector<std::string> names;
  if (visible != nullptr) {
    names = VisibleGpus(visible);
  } else if (!given) {
    names = Indices(CountListedGpus());
  }
  if (!given) return names;
  const auto count = static_cast<size_t>(std::max(0, *given));
  if (names.size() < count) return Indices(count);
  names.resize(count);
  return names;
}

}  // namespace qalam
