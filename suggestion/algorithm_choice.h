#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/experiment.h"
#include "suggestion/search_space.h"

namespace qalam {

// What the algorithm `auto` works with.
struct AlgorithmChoice {
  std::string algorithm;  // a name of the registry
  std::string reason;     // a clause for the user, with the numbers that decided
};

// By the budget, the number of parameters and their kinds, and the number of objectives. A function
// of the experiment alone: what trials gave changes nothing, so that a restart chooses the same.
AlgorithmChoice ChooseAlgorithm(const SearchSpace& space, std::optional<int64_t> max_trial_count,
                                int64_t parallel_trial_count, int objective_count);

// For an experiment whose algorithm is `auto`: "cmaes: ..." with the reason. Empty for others, and
// for one whose space is unsound.
std::string ExplainChoice(const ExperimentSpec& spec);

}  // namespace qalam
