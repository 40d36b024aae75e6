#pragma once

#include <Eigen/Core>
#include <vector>

#include "base/random.h"
#include "suggestion/search_space.h"

namespace qalam {

// A mixture of product kernels on the unit cube, one for each point and one for the prior:
// truncated normals for numbers, and for categories the Aitchison-Aitken kernel (Biometrika 63,
// 1976). All points share one bandwidth, which falls with their number by Scott's rule, n^(-1 / (d
// + 4)).
class JointParzenEstimator {
 public:
  // Points as `SearchSpace::ToUnit` gives them; a NaN coordinate is an inactive parameter, which
  // contributes the prior's density.
  JointParzenEstimator(const SearchSpace& space, std::vector<Eigen::VectorXd> points,
                       double prior_weight);

  Eigen::VectorXd Sample(RandomStream& stream) const;
  double LogDensity(const Eigen::VectorXd& x) const;

 private:
  double SampleCoordinate(size_t dimension, double center, RandomStream& stream) const;

  const SearchSpace& space_;
  std::vector<Eigen::VectorXd> points_;
  double prior_weight_;
  double bandwidth_;
  Eigen::MatrixXd log_normalisers_;  // [dimension, point]: of the truncated normal
};

}  // namespace qalam
