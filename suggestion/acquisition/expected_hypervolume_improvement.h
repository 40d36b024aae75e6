#pragma once

#include <Eigen/Core>
#include <span>

#include "suggestion/multi_objective/undominated_cells.h"

namespace qalam {

// Derivatives by each objective's mean and deviation.
struct HypervolumePromise {
  double value = 0;
  Eigen::VectorXd by_mean, by_deviation;
};

// The logarithm of the expected hypervolume that a point with independent normal objectives adds:
// exact, as the sum over the cells that no point of the front dominates of the product of the
// objectives' expected improvements within the cell (Yang, Emmerich, Deutz, Baeck, J. Global
// Optimization 75, 2019, equation 15). Computed in logarithms throughout, as in Ament et al.
// (NeurIPS 2023), so that it has a slope where the improvement itself is 0 in double precision.
// `cells` must not be empty; deviations are above 0.
HypervolumePromise LogExpectedHypervolumeImprovement(std::span<const Cell> cells,
                                                     const Eigen::VectorXd& means,
                                                     const Eigen::VectorXd& deviations);

}  // namespace qalam
