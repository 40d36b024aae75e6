#include "suggestion/surrogate/hyperparameter_prior.h"

#include <cmath>

namespace qalam {

double LogNormalPrior::Penalty(double log_value, double& slope) const {
  const double z = (log_value - mean) / deviation;
  slope += z / deviation;
  return z * z / 2;
}

LogNormalPrior LengthscalePrior(Eigen::Index parameters) {
  return {std::sqrt(2.0) + std::log(static_cast<double>(parameters)) / 2, std::sqrt(3.0)};
}

LogNormalPrior NoisePrior() { return {std::log(1e-6), std::log(100.0)}; }

LogNormalPrior RoughnessPrior() { return {std::log(0.1), std::log(10.0)}; }

}  // namespace qalam
