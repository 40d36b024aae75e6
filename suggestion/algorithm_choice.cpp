#include "suggestion/algorithm_choice.h"

#include <algorithm>

#include "base/status.h"
#include "suggestion/math/sobol_sequence.h"

namespace qalam {

namespace {

// Up to here a suggestion by a Gaussian process takes less than a quarter of a second, and finds
// more in as many trials than anything else here.
constexpr int64_t kMostForProcess = 1000;
// Each fit of the process costs time in proportion to the parameters.
constexpr size_t kMostParametersForProcess = 100;
// Below some hundred trials a parameter CMA-ES has not learnt its covariances.
constexpr int64_t kTrialsPerParameter = 100;
// With correlations the time for a suggestion grows with the square of the parameters.
constexpr size_t kMostForCorrelations = 30;

std::string Count(int64_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

bool IsMostlyNumbers(const SearchSpace& space) {
  const auto categories =
      std::count_if(space.dimensions().begin(), space.dimensions().end(),
                    [](const Dimension& dimension) { return dimension.is_categorical(); });
  return 2 * static_cast<size_t>(categories) <= space.size();
}

}  // namespace

AlgorithmChoice ChooseAlgorithm(const SearchSpace& space, std::optional<int64_t> max_trial_count,
                                int64_t parallel_trial_count, int objective_count) {
  const auto parameters = static_cast<int64_t>(space.size());
  const std::string budget = max_trial_count ? Count(*max_trial_count, "trial") : "an open budget";
  const std::string facts = fmt::format("{} and {}", budget, Count(parameters, "parameter"));
  if (max_trial_count && parallel_trial_count >= *max_trial_count) {
    const std::string at_once =
        fmt::format("{} at once leave nothing to learn from", Count(*max_trial_count, "trial"));
    if (static_cast<int>(space.size()) > SobolSequence::MaxDimensions()) {
      return {"random", at_once};
    }
    return {"sobol", at_once + ", so they cover the space evenly"};
  }
  if (max_trial_count.value_or(0) <= kMostForProcess && space.size() <= kMostParametersForProcess) {
    const std::string front =
        objective_count == 1
            ? ""
            : fmt::format(" and {} objectives have a front to find", objective_count);
    return {"bayesianoptimization",
            fmt::format("a Gaussian process makes the most of each trial with {}{}", facts, front)};
  }
  if (objective_count == 1 && !space.is_conditional() && IsMostlyNumbers(space) &&
      space.size() > 1 && max_trial_count.value_or(0) >= kTrialsPerParameter * parameters) {
    return {"cmaes",
            fmt::format("with {} there is time to learn how the numbers act together", facts)};
  }
  if (space.size() <= kMostForCorrelations) {
    return {
        "multivariate-tpe",
        fmt::format("its cost stays low with {}, and it sees how parameters act together", facts)};
  }
  return {"tpe", fmt::format("its cost stays low with {}", facts)};
}

std::string ExplainChoice(const ExperimentSpec& spec) {
  if (spec.algorithm.name != "auto") return "";
  const auto space = SearchSpace::ForExperiment(spec);
  if (!space.ok()) return "";
  const auto choice =
      ChooseAlgorithm(*space, spec.max_trial_count, spec.parallel_trial_count,
                      1 + static_cast<int>(spec.objective.additional_objectives.size()));
  return fmt::format("{}: {}", choice.algorithm, choice.reason);
}

}  // namespace qalam
