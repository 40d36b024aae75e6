#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/process.h"

namespace qalam {

// A child process of the test, killed and reaped with the object.
class ChildProcess {
 public:
  ChildProcess(std::vector<std::string> arguments, std::map<std::string, std::string> environment,
               int output = -1) {
    SpawnRequest request;
    request.arguments = std::move(arguments);
    request.environment = EnvironmentWith(environment);
    request.standard_output = output;
    request.standard_error = output;
    const auto pid = Spawn(request);
    if (!pid.ok()) throw std::runtime_error(Message(pid.status()));
    pid_ = *pid;
  }
  ~ChildProcess() { Kill(SIGKILL); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
  }
  // The raw wait status once it has ended; -1 when it had been reaped before. `resident_bytes` gets
  // the most memory that it or a child it waited for held at once.
  int Wait(int64_t* resident_bytes = nullptr) {
    int status = -1;
    rusage usage{};
    if (pid_ > 0) wait4(pid_, &status, 0, &usage);
    pid_ = -1;
    if (resident_bytes != nullptr) *resident_bytes = usage.ru_maxrss * 1024;
    return status;
  }
  void Kill(int signal) {
    Signal(signal);
    Wait();
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace qalam
