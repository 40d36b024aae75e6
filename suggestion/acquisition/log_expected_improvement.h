#pragma once

namespace qalam {

// A value and its derivative.
struct Sloped {
  double value = 0;
  double slope = 0;
};

// log(phi(z) + z Phi(z)): the logarithm of the expected improvement of a standard normal over z
// (Ament et al., "Unexpected improvements to expected improvement for Bayesian optimization",
// NeurIPS 2023, equation 9). Accurate to about 13 digits for every finite z, far into the tails
// where the improvement itself is 0 in double precision.
Sloped LogExpectedImprovement(double z);

// log Phi(z), likewise.
Sloped LogNormalCdf(double z);

}  // namespace qalam
