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

// Of the noise variance relative to the smooth signal's. Where few trials leave open which of the
// two it is, what looks like noise is roughness: a training repeats itself to the digit far more
// often than it is smooth. Within two deviations there is noise from 1e-10 to 1e-2; only trials
// that are near neighbours can tell of more.
LogNormalPrior NoisePrior();

// Of the rough function's variance, relative likewise: from 1e-3 to 10 within two deviations. Over
// BBOB and real trainings a median of 0.1 or 0.3 was equally good; without roughness a few trials
// that scatter are taken for noise about a constant, and the search goes to the corners.
LogNormalPrior RoughnessPrior();

// Noise below this costs digits in the Cholesky factor and buys no resolution.
inline constexpr double kLeastNoise = 1e-8;

}  // namespace qalam
