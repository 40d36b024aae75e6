#pragma once

#include <Eigen/Core>

#include "suggestion/surrogate/gaussian_process.h"
#include "suggestion/surrogate/point_features.h"

namespace qalam {

// The posterior density of a kernel's parameters given points and targets, mean and scale of the
// targets at their closed-form best (Rasmussen and Williams, 2006, equations 5.8 and 5.9).
//
// Parameters of the search are theta = (log lengthscale of each parameter, log(noise -
// kLeastNoise), log roughness).
class MarginalLikelihood {
 public:
  // `points`: features x n. References are kept.
  MarginalLikelihood(const PointFeatures& features, const Eigen::MatrixXd& points,
                     const Eigen::VectorXd& targets);

  // -log density without its constant, and the gradient. O(n^3). Infinite where the covariance is
  // numerically singular.
  double operator()(const Eigen::VectorXd& theta, Eigen::VectorXd& gradient) const;

  // The priors' medians.
  static Eigen::VectorXd PriorMedian(const PointFeatures& features);
  static KernelParameters Parameters(const PointFeatures& features, const Eigen::VectorXd& theta);

 private:
  const PointFeatures& features_;
  const Eigen::MatrixXd& points_;
  const Eigen::VectorXd& targets_;
};

// Replaces a lower Cholesky factor L by the lower triangle of (L L')^-1; the strictly upper one is
// kept. About 2/3 n^3 operations, a third of what solving for the identity takes.
void InvertFromFactor(Eigen::Ref<Eigen::MatrixXd> factor);

}  // namespace qalam
