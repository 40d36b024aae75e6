#include "controller/operators/earlier_run.h"

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

TEST_CASE("Every output of a run is kept beside that of the next, also a replica's", "[retry]") {
  TemporaryDirectory directory;
  const std::string folder = directory.File("trial");
  REQUIRE(MakeDirectories(folder).ok());
  const auto write = [&](const char* name, const std::string& text) {
    REQUIRE(WriteFileAtomically(folder + "/" + name, text, false).ok());
  };
  const auto text_of = [&](const char* name) {
    return ReadFile(folder + "/" + name).value_or("none");
  };
  for (int run = 1; run <= 2; ++run) {
    for (const char* name : {"output.log", "output-worker-1.log", "custom-collector.log", "claim",
                             "job.json", "result.json", "metrics.spool"}) {
      write(name, fmt::format("run {}", run));
    }
    write("model.bin", "the program's own");
    REQUIRE(HasEarlierRun(folder, run));
    REQUIRE(PrepareRetry(folder, run).ok());
    CHECK_FALSE(HasEarlierRun(folder, run));
    for (const char* gone : {"output.log", "output-worker-1.log", "custom-collector.log", "claim",
                             "job.json", "result.json", "metrics.spool"}) {
      CAPTURE(gone);
      CHECK_FALSE(FileExists(folder + "/" + gone));
    }
  }
  CHECK(text_of("output.run-1.log") == "run 1");
  CHECK(text_of("output.run-2.log") == "run 2");
  CHECK(text_of("output-worker-1.run-1.log") == "run 1");
  CHECK(text_of("output-worker-1.run-2.log") == "run 2");
  CHECK(text_of("custom-collector.run-2.log") == "run 2");
  CHECK(text_of("model.bin") == "the program's own");
}

}  // namespace qalam
