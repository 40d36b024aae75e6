#pragma once

#include <Eigen/Core>
#include <functional>

namespace qalam {

// Returns the value at `x` and writes the gradient, which has the size of `x`. A value that is not
// finite marks a point that the search must not enter.
using SmoothFunction = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>;

struct MinimizeOptions {
  int max_evaluations = 100;
  // Done when the gradient's norm is below this times max(1, |x|).
  double gradient_tolerance = 1e-5;
  // Done when ten steps in a row have lowered the value by less than this share of itself.
  double value_tolerance = 1e-9;
};

struct Minimum {
  Eigen::VectorXd x;
  double value = 0;
  int evaluations = 0;
};

// The lowest point that limited-memory BFGS meets on its way from `start` (Liu and Nocedal,
// Mathematical Programming 45, 1989; liblbfgs). Never worse than the start.
Minimum Minimize(const SmoothFunction& function, const Eigen::VectorXd& start,
                 const MinimizeOptions& options);

// The same within the unit cube: the search runs over angles t with x = (1 - cos t) / 2, which has
// no bounds, and a minimum on a face is an ordinary stationary point there.
Minimum MinimizeInUnitCube(const SmoothFunction& function, const Eigen::VectorXd& start,
                           const MinimizeOptions& options);

}  // namespace qalam
