#pragma once

#include <Eigen/Core>

namespace qalam {

// Losses to targets a Gaussian process can model, smaller still better. Losses may be infinite
// (failed trials), which count as bad as the worst finite one; without a finite one all are 0.
Eigen::VectorXd TransformLosses(const Eigen::VectorXd& losses);

// The same for one of several objectives, between which volumes are to be compared: the shape is
// that of the first dozen finite losses. Later trials crowd along the front, and a shape that
// followed them would stretch what is crowded already. `losses` in the order of the trials.
Eigen::VectorXd TransformObjectiveLosses(const Eigen::VectorXd& losses);

// Violations of an outcome constraint to targets: 0 stays the border and the sign is kept, while
// far values are compressed, since only the neighbourhood of the border matters. Infinite ones
// count as the largest finite one.
Eigen::VectorXd TransformViolations(const Eigen::VectorXd& violations);

}  // namespace qalam
