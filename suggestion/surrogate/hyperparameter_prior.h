#pragma once

#include <Eigen/Core>

namespace qalam {

// A normal prior on a logarithm.
struct LogNormalPrior {
  double mean = 0;       // of the logarithm
  double deviation = 1;  // of the logarithm
  // -log of the density of the logarithm, without the constant; adds d/d log x to `slope`.
  double Penalty(double log_value, double& slope) const;
};

// Lengthscales that grow with the root of the number of parameters, so that distances, which grow
// alike, leave points as related in fifty dimensions as in five: Hvarfner, Hellsten, Nardi,
// "Vanilla Bayesian optimization performs great in high dimensions", ICML 2024, section 5.
LogNormalPrior LengthscalePrior(Eigen::Index parameters);

// Of the noise variance relative to the signal's. Training noise is mostly well below the signal,
// yet a noiseless program must be able to say so: the prior spans 1e-8 to 1 within two deviations.
LogNormalPrior NoisePrior();

// Noise below this costs digits in the Cholesky factor and buys no resolution.
inline constexpr double kLeastNoise = 1e-8;

}  // namespace qalam
