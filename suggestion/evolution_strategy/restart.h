#pragma once

#include <cstdint>
#include <optional>

#include "base/random.h"

namespace qalam {

// kIpop doubles the population at each restart: Auger and Hansen, "A restart CMA evolution strategy
// with increasing population size", CEC 2005. kBipop alternates such runs with short runs of small
// populations: Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed",
// GECCO 2009, section 2.
enum class RestartStrategy { kNone, kIpop, kBipop };

// How one run of the strategy is to be done, and what BIPOP remembers of the runs before.
struct RunPlan {
  int restart = 0;  // the run's index
  int population = 0;
  double step_size = 0;
  std::optional<int64_t> most_evaluations;  // of a short run
  int doublings = 0;                        // large runs so far
  bool large = false;
  int64_t large_evaluations = 0;  // spent in each regime; the first run counts as small
  int64_t small_evaluations = 0;
  int64_t last_large_evaluations = 0;
};

RunPlan FirstRun(int population, double step_size);

// The run after `ended`, which took `evaluations`. `first` is the first run's plan; `stream` gives
// a short run its population and step size.
RunPlan NextRun(RestartStrategy strategy, const RunPlan& first, const RunPlan& ended,
                int64_t evaluations, RandomStream& stream);

}  // namespace qalam
