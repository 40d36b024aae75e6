#pragma once

#include <Eigen/Core>

namespace qalam {

// The Matern kernel of smoothness 5/2 with a weight for each feature, of unit variance (Rasmussen
// and Williams, "Gaussian processes for machine learning", 2006, equation 4.17):
//   k(r) = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r),   r^2 = sum_e weight_e (x_e - z_e)^2.
// Everything works on squared distances s = r^2, in which k is differentiable at 0.

// Replaces squared distances by covariances.
void MaternInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances);
// Likewise, and writes dk/ds to `slopes`, which has the same size.
void MaternInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances,
                   Eigen::Ref<Eigen::MatrixXd> slopes);

// Squared distances between the columns of `a` (features x m) and of `b` (features x n): m x n.
// Both are scaled already, by the square roots of the weights.
Eigen::MatrixXd SquaredDistances(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                 const Eigen::Ref<const Eigen::MatrixXd>& b);

}  // namespace qalam
