// Slurm was not asked, nor folders looked at, nor the API tried again, until a clock that was set
// back had come to where it had been.

#include <absl/time/clock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "base/files.h"
#include "controller/kubernetes/cancellation.h"
#include "controller/operators/folder_watcher.h"
#include "controller/operators/slurm/slurm_queue.h"
#include "tests/support/fake_time.h"

namespace qalam {
namespace {

template <typename Condition>
void AwaitSoon(Condition holds) {
  const Time deadline = SteadyNow() + absl::Seconds(10);
  while (!holds()) {
    REQUIRE(SteadyNow() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
}

}  // namespace

TEST_CASE("Slurm is asked again when the clock was set back", "[regression]") {
  if (!IsInFakeTime()) return;
  const TemporaryDirectory directory;
  const std::string program = directory.File("squeue");
  REQUIRE(WriteFileAtomically(program, "#!/bin/sh\necho >> \"$ASKED\"\n", false).ok());
  REQUIRE(chmod(program.c_str(), 0755) == 0);
  setenv("PATH", (directory.path() + ":" + std::getenv("PATH")).c_str(), 1);
  const SlurmOptions options{.poll_interval = absl::Milliseconds(20),
                             .shortest_poll_interval = absl::Milliseconds(10),
                             .environment = {{"ASKED", directory.File("asked")}}};
  const slurm::SlurmClient client(options);
  slurm::SlurmQueue queue(client, options, [](const std::string&) {});
  queue.Track("job", 1);
  AwaitSoon([&] {
    const auto asked = ReadFile(directory.File("asked"));
    return asked.ok() && asked->size() >= 3;
  });
}

TEST_CASE("Folders are looked at again when the clock was set back", "[regression]") {
  if (!IsInFakeTime()) return;
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  const auto append = [&] {
    std::ofstream(elsewhere.File("spool"), std::ios::app) << "1 -1 2 x\n";
  };
  std::atomic<bool> changed = false;
  FolderWatcher watcher(absl::Milliseconds(20));
  watcher.OnChange([&](const std::string&) { changed = true; });
  // Its spool is one that this machine's kernel tells nothing of.
  REQUIRE(symlink(elsewhere.File("spool").c_str(), directory.File("metrics.spool").c_str()) == 0);
  watcher.Add(directory.path());
  append();
  AwaitSoon([&] { return changed.exchange(false); });
  SetClockBack();
  append();
  AwaitSoon([&] { return changed.load(); });
}

TEST_CASE("What pauses goes on when the clock was set back", "[regression]") {
  if (!IsInFakeTime()) return;
  const kubernetes::Cancellation cancellation;
  CHECK(cancellation.SleepFor(absl::Milliseconds(20)));
}

}  // namespace qalam
