// Runs qalam-nas, or another program, and keeps what it says.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam::nas {

inline const char* ProgramPath() { return QALAM_BIN "/qalam-nas"; }

// A program that writes both its streams to a file.
class ProgramRun {
 public:
  explicit ProgramRun(std::vector<std::string> arguments)
      : output_(open(folder_.File("output").c_str(), O_CREAT | O_RDWR | O_APPEND, 0600)),
        process_(std::move(arguments), {}, output_.get()) {}

  // Both streams so far.
  std::string Said() const { return ReadFile(folder_.File("output")).value_or(""); }
  // Its exit status; 128 more than the signal that ended it.
  int Wait() {
    const int status = process_.Wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ChildProcess& process() { return process_; }

 private:
  TemporaryDirectory folder_;
  FileDescriptor output_;
  ChildProcess process_;
};

// `qalam-nas` with these arguments, on one thread where it computes.
struct ProgramResult {
  int status;
  std::string said;
};
inline ProgramResult RunProgram(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), ProgramPath());
  ProgramRun run(std::move(arguments));
  const int status = run.Wait();
  return {status, run.Said()};
}

// What follows the last "NAME=" up to a blank; empty when there is none.
inline std::string LastMetric(const std::string& said, const std::string& name) {
  const size_t at = said.rfind(name + "=");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 1;
  return said.substr(begin, said.find_first_of(" \n", begin) - begin);
}

}  // namespace qalam::nas
