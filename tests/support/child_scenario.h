// Scenarios that change their process (its user, limits or mounts) or may end it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>

#include "base/status.h"

namespace qalam {

// Gathers what went wrong in a scenario: assertions work only in the test's own process.
class Problems {
 public:
  void Expect(bool holds, const std::string& what) {
    if (!holds) text_ += what + "\n";
  }
  void Expect(const Status& status, StatusCode code, const std::string& what) {
    Expect(status.code() == code, what + ": " + status.ToString());
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A scenario that may not do here what it needs says this and why.
constexpr char kNotPermitted[] = "not permitted: ";

// Runs the scenario in a forked child and gives what it returned: "" when all was well. Call it
// while no other thread runs.
inline std::string RunInChild(const std::function<std::string()>& scenario) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    close(ends[0]);
    const std::string text = scenario();
    const bool written =
        write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof(buffer))) > 0;) text.append(buffer, got);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    text += fmt::format("the child was killed by {}\n", strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != 0) {
    text += fmt::format("the child exited with {}\n", WEXITSTATUS(status));
  }
  return text;
}

// What such a scenario gave is to be "".
inline void CheckOrWarn(const std::string& wrong) {
  if (wrong.starts_with(kNotPermitted)) {
    WARN("skipped, " << wrong);
    return;
  }
  CHECK(wrong == "");
}

}  // namespace qalam
