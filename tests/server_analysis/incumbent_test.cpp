#include "server/analysis/incumbent.h"

#include <catch2/catch.hpp>

#include "tests/server_analysis/sample_trials.h"

namespace qalam {

using Line = std::vector<double>;

TEST_CASE("A sparkline has a value for each trial while they are few", "[sparkline]") {
  CHECK(Sparkline({{0, 5}, {2, 3}}, 4) == Line{5, 5, 3, 3});
  CHECK(Sparkline({{2, 3}}, 4) == Line{3, 3});
  CHECK(Sparkline({}, 4).empty());
  CHECK(Sparkline({}, 0).empty());
}

TEST_CASE("A sparkline of many trials has 32 values and ends at the best", "[sparkline]") {
  std::vector<Incumbent> incumbents;
  for (int i = 0; i < 500; ++i) incumbents.push_back({2 * i, 1000.0 - i});
  const auto line = Sparkline(incumbents, 1000);
  REQUIRE(line.size() == 32);
  CHECK(line.back() == 501);
  CHECK(line[15] == 1000 - 249);  // after 500 trials the last incumbent is number 498
  CHECK(std::is_sorted(line.rbegin(), line.rend()));
}

TEST_CASE("The cache asks the store again when a trial has ended well, and not before",
          "[sparkline]") {
  SampleStore store;
  auto first = SampleTrial(0), second = SampleTrial(1);
  first.objective_value = 5;
  second.state = TrialState::kRunning;
  second.objective_value.reset();
  store.Add({first, second});
  SparklineCache cache;
  const auto get = [&] {
    return *cache.Get(*store, "uid-e", ObjectiveType::kMaximize, *store->CountTrials("uid-e"));
  };
  CHECK(get() == Line{5, 5});
  // A change that the counts do not show is not looked for.
  first.objective_value = 6;
  REQUIRE(store->Commit({.update_trials = {first}}).ok());
  CHECK(get() == Line{5, 5});
  second.state = TrialState::kEarlyStopped;
  second.objective_value = 7;
  REQUIRE(store->Commit({.update_trials = {second}}).ok());
  CHECK(get() == Line{6, 7});
  // Trials that are only begun stretch it.
  auto third = SampleTrial(2);
  third.state = TrialState::kPending;
  third.objective_value.reset();
  store.Add({third});
  CHECK(get() == Line{6, 7, 7});
}

}  // namespace qalam
