#pragma once

#include <Eigen/Core>

namespace qalam {

// The Matern kernel of smoothness 5/2 with a weight for each feature, of unit variance (Rasmussen
// and Williams, "Gaussian processes for machine learning", 2006, equation 4.17),
//   m(r) = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r),   r^2 = sum_e weight_e (x_e - z_e)^2,
// and beside it the same at a tenth of the lengthscales (ibid., section 5.4.3, adds scales so):
//   k(r) = m(r) + roughness m(10 r).
// What a training loses or wins by a change too small for the lengthscales is then no noise: near
// neighbours share it, so that trying them again promises nothing.
// Everything works on squared distances s = r^2, in which k is differentiable at 0.

// Replaces squared distances by covariances.
void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness);
// Likewise, and writes dk/ds to `slopes`, which has the same size.
void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness,
                   Eigen::Ref<Eigen::MatrixXd> slopes);
// Likewise, and writes dk/d roughness to `rough`, of the same size too.
void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness,
                   Eigen::Ref<Eigen::MatrixXd> slopes, Eigen::Ref<Eigen::MatrixXd> rough);

// Squared distances between the columns of `a` (features x m) and of `b` (features x n): m x n.
// Both are scaled already, by the square roots of the weights.
Eigen::MatrixXd SquaredDistances(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                 const Eigen::Ref<const Eigen::MatrixXd>& b);

}  // namespace qalam
