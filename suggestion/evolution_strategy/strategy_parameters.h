#pragma once

#include <Eigen/Core>

namespace qalam {

// The constants of a CMA-ES: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772,
// table 1. They depend on the number of dimensions n and the population only.
struct StrategyParameters {
  // One per rank, the best first. The positive ones, of the better half, sum to 1; the negative
  // ones drive the active update (equations 49 to 53).
  Eigen::VectorXd weights;
  double selection_mass = 1;     // mu_eff, equation 8
  double sigma_learning = 0;     // c_sigma, equation 55
  double sigma_damping = 1;      // d_sigma, equation 55
  double path_learning = 0;      // c_c, equation 56
  double rank_one_learning = 0;  // c_1, equation 57
  double rank_mu_learning = 0;   // c_mu, equation 58
  double expected_norm = 0;      // of a standard normal vector in n dimensions
  // Generations between two eigendecompositions: appendix B.2 of the tutorial.
  int decomposition_gap = 1;
};

// 4 + floor(3 ln n): equation 48. For n >= 1.
int DefaultPopulation(int dimensions);

// For dimensions >= 1 and population >= 2.
StrategyParameters MakeStrategyParameters(int dimensions, int population);

}  // namespace qalam
