// Watch(nullptr) used to return while the watcher's thread was still inside a call, so that a
// controller that was being destroyed could be called.

#include <absl/synchronization/notification.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "controller/operators/process_operator.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

TEST_CASE("Ending a watch waits for the call in flight", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector"});
  TrialJob job;
  job.uid = job.name = "trial";
  job.directory = directory.File("trial");
  job.manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"}, {"command", {"true"}}}});

  absl::Notification began, never;
  std::atomic<bool> ended{false};
  trial_operator->Watch([&](const std::string&) {
    if (began.HasBeenNotified()) return;
    began.Notify();
    // Long enough for a Watch that does not wait to be seen returning too soon.
    never.WaitForNotificationWithTimeout(absl::Milliseconds(200));
    ended = true;
  });
  REQUIRE(trial_operator->Submit(job).ok());
  REQUIRE(began.WaitForNotificationWithTimeout(absl::Seconds(30)));
  trial_operator->Watch(nullptr);
  CHECK(ended);
}

}  // namespace qalam
