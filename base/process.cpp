#include "base/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/files.h"

extern char** environ;

namespace qalam {

namespace {

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const auto& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// PATH is searched before the fork: after vfork only async-signal-safe calls are allowed.
StatusOr<std::string> FindProgram(const SpawnRequest& request) {
  const std::string& name = request.arguments[0];
  if (name.find('/') != std::string::npos) return name;
  std::string path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& entry : request.environment) {
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  }
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = path.find(':', begin);
    if (end == std::string::npos) end = path.size();
    const std::string folder = end == begin ? "." : path.substr(begin, end - begin);
    std::string candidate = folder + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return NotFound("cannot start \"{}\": no such program on PATH", name);
}

[[noreturn]] void RunChild(const SpawnRequest& request, const char* program, char* const* arguments,
                           char* const* environment, int null_fd, volatile int* error_number) {
  if (request.new_session) setsid();
  // The parent's ignored and blocked signals must not leak into user programs.
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(request.standard_input >= 0 ? request.standard_input : null_fd, STDIN_FILENO);
  if (request.standard_output >= 0) dup2(request.standard_output, STDOUT_FILENO);
  if (request.standard_error >= 0) dup2(request.standard_error, STDERR_FILENO);
  if (!request.working_directory.empty() && chdir(request.working_directory.c_str()) != 0) {
    *error_number = -errno;
    _exit(127);
  }
  execve(program, arguments, environment);
  *error_number = errno;
  _exit(127);
}

}  // namespace

StatusOr<pid_t> Spawn(const SpawnRequest& request) {
  if (request.arguments.empty()) return InvalidArgument("cannot start a process: no program given");
  ASSIGN_OR_RETURN(const std::string program, FindProgram(request));
  const auto arguments = Pointers(request.arguments);
  const auto environment = Pointers(request.environment);
  const FileDescriptor null_fd(open("/dev/null", O_RDWR | O_CLOEXEC));
  // vfork shares memory until exec, so the child's error arrives through this variable, and the
  // cost does not grow with the controller's memory.
  volatile int error_number = 0;
  const pid_t pid = vfork();
  if (pid < 0) return ErrnoStatus(errno, fmt::format("cannot start \"{}\"", request.arguments[0]));
  if (pid == 0) {
    RunChild(request, program.c_str(), arguments.data(), environment.data(), null_fd.get(),
             &error_number);
  }
  if (error_number == 0) return pid;
  waitpid(pid, nullptr, 0);
  if (error_number < 0) {
    return ErrnoStatus(-error_number, fmt::format("cannot start \"{}\" in the folder {}",
                                                  request.arguments[0], request.working_directory));
  }
  return ErrnoStatus(error_number, fmt::format("cannot start \"{}\"", request.arguments[0]));
}

std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : changes) result.push_back(name + "=" + value);
  return result;
}

StatusOr<uint64_t> ProcessStartTicks(pid_t pid) {
  const auto stat = ReadFileRange(fmt::format("/proc/{}/stat", pid), 0, 4096);
  if (!stat.ok()) return NotFound("there is no process {}", pid);
  // Field 2 is the program's name in brackets and may hold anything; count from its last ')'.
  size_t position = stat->rfind(')');
  if (position == std::string::npos) return NotFound("there is no process {}", pid);
  constexpr int kFieldsFromNameToStart = 20;  // starttime is field 22, see proc(5)
  for (int i = 0; i < kFieldsFromNameToStart; ++i) {
    position = stat->find(' ', position + 1);
    if (position == std::string::npos) return NotFound("there is no process {}", pid);
  }
  return std::strtoull(stat->c_str() + position + 1, nullptr, 10);
}

const std::string& BootId() {
  // It cannot change while a process lives.
  static const std::string id = [] {
    auto text = ReadFileRange("/proc/sys/kernel/random/boot_id", 0, 64);
    if (!text.ok()) return std::string("unknown");
    while (!text->empty() && text->back() == '\n') text->pop_back();
    return *text;
  }();
  return id;
}

}  // namespace qalam
