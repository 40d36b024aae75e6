// How much each parameter of an experiment matters for an objective.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "suggestion/search_space.h"

namespace qalam {

// Finished trials with an objective that is a number. Parameters that are inactive in a trial (NaN
// in its point) count there as drawn uniformly: they cannot matter.
struct ImportanceInput {
  const SearchSpace* space = nullptr;
  std::vector<Point> points;
  std::vector<double> losses;  // of each point, finite; smaller is better
  uint64_t seed = 0;           // the same input gives the same answer
};

struct ParameterImportance {
  std::string parameter;
  double importance = 0;
};

// What two parameters do together beyond what each does alone.
struct PairImportance {
  std::string first, second;  // in the order of the space
  double importance = 0;
};

// All parts lie in [0, 1]; those of the parameters and the pairs together sum to 1.
struct Importance {
  size_t trials = 0;                            // how many were looked at
  std::vector<ParameterImportance> parameters;  // every one of the space, the largest first
  std::vector<PairImportance> pairs;            // the largest first; empty where none are computed
};

// FAILED_PRECONDITION, with a sentence for the user, when there are fewer than kFewestTrials trials
// or all have the same loss.
using EvaluateImportance = StatusOr<Importance> (*)(const ImportanceInput& input);
inline constexpr size_t kFewestTrials = 4;

struct ImportanceEvaluator {
  std::string name;
  std::string summary;
  std::string citation;
  EvaluateImportance evaluate;
};

// One row each.
std::span<const ImportanceEvaluator> ImportanceEvaluators();
// INVALID_ARGUMENT names those there are.
StatusOr<const ImportanceEvaluator*> FindImportanceEvaluator(const std::string& name);

}  // namespace qalam
