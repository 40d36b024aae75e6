#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "suggestion/multi_objective/undominated_cells.h"
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
  using Processes = std::vector<const GaussianProcess*>;

  // The probability that all constraints hold. Pointers are kept, here and below.
  explicit Acquisition(Processes constraints) : constraints_(std::move(constraints)) {}
  // One objective.
  Acquisition(AcquisitionKind kind, const GaussianProcess* objective, double best_target,
              Processes constraints)
      : kind_(kind),
        objectives_({objective}),
        best_target_(best_target),
        constraints_(std::move(constraints)) {}
  // Several objectives: the logarithm of the expected hypervolume improvement. `cells` are those
  // that no trial dominates, not empty.
  Acquisition(Processes objectives, std::vector<Cell> cells, Processes constraints)
      : objectives_(std::move(objectives)),
        cells_(std::move(cells)),
        constraints_(std::move(constraints)) {}

  // One value for each column of features.
  Eigen::VectorXd Values(const Eigen::Ref<const Eigen::MatrixXd>& points) const;
  // The gradient is with respect to the features.
  double ValueAndGradient(const Eigen::VectorXd& features, Eigen::VectorXd& gradient) const;

 private:
  AcquisitionKind kind_ = AcquisitionKind::kExpectedImprovement;
  Processes objectives_;
  double best_target_ = 0;
  std::vector<Cell> cells_;
  Processes constraints_;
};

}  // namespace qalam
