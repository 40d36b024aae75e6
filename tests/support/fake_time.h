// Tests that set the machine's clock, by libfaketime.
#pragma once

#include <glob.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "base/run_program.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Debian's libfaketime; "" where it is not installed.
inline std::string FakeTimeLibrary() {
  glob_t found{};
  const bool any = glob("/usr/lib/*/faketime/libfaketimeMT.so.1", 0, nullptr, &found) == 0;
  const std::string path = any ? found.gl_pathv[0] : "";
  globfree(&found);
  return path;
}

// What a process has in its environment whose clock is read from the file: see SetFakeTime.
inline std::map<std::string, std::string> FakeTimeEnvironment(const std::string& library,
                                                              const std::string& file) {
  return {{"LD_PRELOAD", library},
          {"FAKETIME_TIMESTAMP_FILE", file},
          {"FAKETIME_NO_CACHE", "1"},
          // As when a clock is set: what is monotonic goes on.
          {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
          {"DONT_FAKE_MONOTONIC", "1"}};
}

// "+25h", "-3h": so much from the true time.
inline void SetFakeTime(const std::string& file, const std::string& offset) {
  REQUIRE(WriteFileAtomically(file, offset + "\n", false).ok());
}

// Whether the test that calls it is in a process of its own whose clock is an hour ahead. Where it
// is not, it is run so, its failure is this one's, and there is nothing left to do. The kernel's
// clock is the true one: whoever has it wait for a time of the clock waits as when that is set back
// just then.
inline bool IsInFakeTime() {
  const char* const file = std::getenv("FAKETIME_TIMESTAMP_FILE");
  if (file != nullptr) return true;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const bool sanitized = true;
#elif defined(__has_feature)
  const bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  const bool sanitized = false;
#endif
  const std::string library = FakeTimeLibrary();
  if (sanitized || library.empty()) {
    WARN("skipped: " << (sanitized ? "libfaketime is not reliably heard under a sanitizer"
                                   : "libfaketime is not installed"));
    return false;
  }
  const TemporaryDirectory directory;
  SetFakeTime(directory.File("time"), "+1h");
  const auto outcome = RunProgram(
      {.arguments = {"/proc/self/exe", Catch::getResultCapture().getCurrentTestName()},
       .environment = EnvironmentWith(FakeTimeEnvironment(library, directory.File("time"))),
       .longest = absl::Seconds(30)});
  INFO(Message(outcome.status()));
  REQUIRE(outcome.ok());
  INFO(outcome->output << outcome->errors);
  CHECK(outcome->exit_code == 0);
  return false;
}

// In a process of IsInFakeTime: sets its clock back by an hour.
inline void SetClockBack() { SetFakeTime(std::getenv("FAKETIME_TIMESTAMP_FILE"), "+0"); }

}  // namespace qalam
