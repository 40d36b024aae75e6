#include "suggestion/surrogate/fit_kernel.h"

#include <cmath>
#include <limits>

#include "suggestion/math/minimize.h"
#include "suggestion/surrogate/hyperparameter_prior.h"
#include "suggestion/surrogate/marginal_likelihood.h"

namespace qalam {

Eigen::VectorXd FitKernel(const PointFeatures& features, const Eigen::MatrixXd& points,
                          const Eigen::VectorXd& targets,
                          const std::vector<Eigen::VectorXd>& starts, int evaluations_each) {
  const MarginalLikelihood likelihood(features, points, targets);
  // A kernel need not be known to many digits: the data does not tell them.
  const MinimizeOptions options{
      .max_evaluations = evaluations_each, .gradient_tolerance = 1e-3, .value_tolerance = 1e-5};
  Minimum best{starts.front(), std::numeric_limits<double>::infinity(), 0};
  for (const auto& start : starts) {
    const Minimum minimum = Minimize(std::cref(likelihood), start, options);
    if (minimum.value < best.value) best = minimum;
  }
  return best.x;
}

std::vector<Eigen::VectorXd> KernelStarts(const PointFeatures& features) {
  const Eigen::VectorXd median = MarginalLikelihood::PriorMedian(features);
  std::vector<Eigen::VectorXd> starts(3, median);
  const Eigen::Index noise = features.parameters(), roughness = noise + 1;
  // In units of the unit cube's diagonal.
  const double short_scale = std::log(0.3 * std::sqrt(static_cast<double>(features.parameters())));
  for (int i : {1, 2}) starts[i].head(noise).setConstant(short_scale);
  starts[1](noise) = std::log(1e-6);
  starts[2](noise) = std::log(0.1);
  starts[1](roughness) = std::log(1e-6);
  return starts;
}

}  // namespace qalam
