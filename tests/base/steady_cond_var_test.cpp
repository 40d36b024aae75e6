#include "base/steady_cond_var.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/fake_time.h"

namespace qalam {

TEST_CASE("A wait is as long as it was to be when the clock is set back", "[clock]") {
  if (!IsInFakeTime()) return;
  absl::Mutex mutex;
  SteadyCondVar changed;
  absl::MutexLock lock(&mutex);
  const Time begin = SteadyNow();
  CHECK_FALSE(changed.WaitFor(&mutex, absl::Milliseconds(50), [] { return false; }));
  CHECK(SteadyNow() - begin >= absl::Milliseconds(50));
}

TEST_CASE("A wait ends with what it is for", "[clock]") {
  absl::Mutex mutex;
  SteadyCondVar changed;
  bool is_set = false;
  std::thread other([&] {
    absl::MutexLock lock(&mutex);
    is_set = true;
    changed.SignalAll();
  });
  {
    absl::MutexLock lock(&mutex);
    CHECK(changed.WaitFor(&mutex, absl::InfiniteDuration(), [&] { return is_set; }));
    // What is over is not waited for.
    CHECK_FALSE(changed.WaitFor(&mutex, -absl::Seconds(1), [] { return false; }));
  }
  other.join();
}

}  // namespace qalam
