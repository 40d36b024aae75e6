// What every evaluator of importance begins with: trials as points of the unit cube.
#pragma once

#include <Eigen/Core>

#include "suggestion/importance/importance.h"

namespace qalam {

struct ImportanceData {
  Eigen::MatrixXd units;   // [trial, parameter]; of inactive parameters drawn uniformly
  Eigen::VectorXd losses;  // from 0, the best, to 1, the worst
};

// Of more than `most_trials` so many drawn at random. FAILED_PRECONDITION as EvaluateImportance.
StatusOr<ImportanceData> PrepareImportance(const ImportanceInput& input, size_t most_trials);

// Sorted, and scaled so that all parts sum to 1. Parameters are given in the order of the space, at
// least one of the numbers being above 0; pairs of 0 are left out.
Importance MakeImportance(const SearchSpace& space, size_t trials,
                          const std::vector<double>& parameters, std::vector<PairImportance> pairs);

}  // namespace qalam
