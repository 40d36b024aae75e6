#include "controller/clock_steps.h"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.h"

namespace qalam {

TEST_CASE("A clock that is set is told from one that goes on", "[clock]") {
  ManualClock clock(absl::FromUnixSeconds(1'700'000'000)), steady(absl::FromUnixSeconds(50));
  const auto pass = [&](Duration time) {
    clock.Advance(time);
    steady.Advance(time);
  };
  ClockSteps steps(clock, &steady);
  CHECK(steps.Look() == absl::ZeroDuration());
  pass(absl::Hours(5));
  CHECK(steps.Look() == absl::ZeroDuration());
  // Gradual correction is none, however much it comes to.
  for (int i = 0; i < 100; ++i) {
    pass(absl::Seconds(10));
    clock.Advance(absl::Milliseconds(5));
    CHECK(steps.Look() == absl::ZeroDuration());
  }
  const Duration step = GENERATE(absl::Hours(25), absl::Hours(-1), absl::Seconds(-2));
  pass(absl::Seconds(1));
  const Time before = clock.Now();
  clock.Advance(step);
  // It is not known of before it is looked for.
  CHECK(steps.Now() == before);
  pass(absl::Seconds(1));
  CHECK(steps.Now() == before + absl::Seconds(1));
  CHECK(steps.Look() == step);
  CHECK(steps.Now() == clock.Now());
  CHECK(steps.Look() == absl::ZeroDuration());
}

TEST_CASE("Without a second clock there are no steps", "[clock]") {
  ManualClock clock(absl::FromUnixSeconds(1'700'000'000));
  ClockSteps steps(clock, nullptr);
  clock.Advance(absl::Hours(25));
  CHECK(steps.Now() == clock.Now());
  CHECK(steps.Look() == absl::ZeroDuration());
}

}  // namespace qalam
