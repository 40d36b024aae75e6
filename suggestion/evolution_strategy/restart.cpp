#include "suggestion/evolution_strategy/restart.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

// Past this a generation outlasts any budget, and doubling further would overflow in the end.
constexpr int kMostDoublings = 20;

int Doubled(int population, int doublings) {
  return population << std::min(doublings, kMostDoublings);
}

}  // namespace

RunPlan FirstRun(int population, double step_size) {
  return {.population = population, .step_size = step_size};
}

RunPlan NextRun(RestartStrategy strategy, const RunPlan& first, const RunPlan& ended,
                int64_t evaluations, RandomStream& stream) {
  RunPlan next = ended;
  ++next.restart;
  next.population = first.population;
  next.step_size = first.step_size;
  next.most_evaluations.reset();
  if (ended.large) {
    next.large_evaluations += evaluations;
    next.last_large_evaluations = evaluations;
  } else {
    next.small_evaluations += evaluations;
  }
  next.large =
      strategy == RestartStrategy::kIpop || next.large_evaluations <= next.small_evaluations;
  if (next.large) {
    ++next.doublings;
    next.population = Doubled(first.population, next.doublings);
    return next;
  }
  const double u = stream.Uniform();
  const double ratio = 0.5 * Doubled(first.population, next.doublings) / first.population;
  next.population =
      std::max(2, static_cast<int>(std::floor(first.population * std::pow(ratio, u * u))));
  next.step_size = first.step_size * std::pow(10.0, -2 * stream.Uniform());
  next.most_evaluations = next.last_large_evaluations / 2;
  return next;
}

}  // namespace qalam
