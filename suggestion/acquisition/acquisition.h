#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "suggestion/surrogate/gaussian_process.h"

namespace qalam {

enum class AcquisitionKind {
  kExpectedImprovement,       // its logarithm
  kProbabilityOfImprovement,  // its logarithm
  kLowerConfidenceBound,      // mean - 1.96 deviations, as scikit-optimize has it; negated
};

// How much a point promises: the larger the better. Constraints multiply the improvement by the
// probability that all hold (Gardner et al., "Bayesian optimization with inequality constraints",
// ICML 2014), which in logarithms is a sum.
class Acquisition {
 public:
  // `objective` may be null: only the probability of feasibility counts then. Pointers are kept.
  Acquisition(AcquisitionKind kind, const GaussianProcess* objective, double best_target,
              std::vector<const GaussianProcess*> constraints)
      : kind_(kind),
        objective_(objective),
        best_target_(best_target),
        constraints_(std::move(constraints)) {}

  // One value for each column of features.
  Eigen::VectorXd Values(const Eigen::Ref<const Eigen::MatrixXd>& points) const;
  // The gradient is with respect to the features.
  double ValueAndGradient(const Eigen::VectorXd& features, Eigen::VectorXd& gradient) const;

 private:
  AcquisitionKind kind_;
  const GaussianProcess* objective_;
  double best_target_;
  std::vector<const GaussianProcess*> constraints_;
};

}  // namespace qalam
