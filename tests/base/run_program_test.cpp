#include "base/run_program.h"

#include <catch2/catch.hpp>

#include "base/process.h"

namespace qalam {

namespace {

ProgramRequest Shell(const std::string& program) {
  return {.arguments = {"sh", "-c", program}, .environment = EnvironmentWith({})};
}

}  // namespace

TEST_CASE("A program's streams and its end are told apart", "[process]") {
  const auto outcome = *RunProgram(Shell("cat; echo out; echo err >&2; exit 3"));
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.output == "out\n");
  CHECK(outcome.errors == "err\n");
  CHECK(RunProgram(Shell("kill -9 $$"))->exit_code == 128 + 9);
  const ProgramRequest missing = {.arguments = {"no-such-program"}};
  CHECK(RunProgram(missing).status().code() == StatusCode::kNotFound);
}

TEST_CASE("A program that takes too long or prints too much is killed, with its children",
          "[process]") {
  ProgramRequest slow = Shell("sleep 1000 & sleep 1000");
  slow.longest = absl::Milliseconds(100);
  CHECK(RunProgram(slow).status().code() == StatusCode::kDeadlineExceeded);
  ProgramRequest chatty = Shell("while true; do echo y; done");
  chatty.most_bytes = 1000;
  CHECK(RunProgram(chatty).status().code() == StatusCode::kResourceExhausted);
}

}  // namespace qalam
