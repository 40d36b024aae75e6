// A Parzen (kernel density) estimator over numbers and categories together.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "base/random.h"

namespace qalam {

// What a mixture is made of, n kernels over d coordinates. A number lies in [0, 1]; a category is
// its index as a double.
struct ParzenKernels {
  std::vector<int> categories;  // [d]: how many there are; 0 for a number
  Eigen::MatrixXd centers;      // [n, d]
  Eigen::VectorXd weights;      // [n], each >= 0
  // [d]: for numbers the standard deviation, in (0, 0.5]; for categories the share of a kernel's
  // mass that is spread evenly over all values, in (0, 1].
  Eigen::VectorXd bandwidths;
  // Empty, or the lower triangle L of the correlation L L' that every kernel has, [d, d], with
  // positive entries on its diagonal. Rows and columns of categories are those of the identity.
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> correlation_factor;
  double prior_weight = 1;  // > 0: of the uniform distribution over the space
};

// A weighted mixture of one kernel for each point and a uniform prior. Over numbers a kernel is a
// normal that is cut off at 0 and 1 and made whole again; with correlations, coordinate j is such a
// normal given those before it, whose mean (kept in [0, 1]) follows their deviations. Over a
// category of k values it is Aitchison and Aitken's kernel (Biometrika 63, 1976). Each kernel, and
// so the mixture, integrates to 1 over the space exactly.
class ParzenMixture {
 public:
  explicit ParzenMixture(ParzenKernels kernels);

  // One more kernel of weight 1. O(n d), since storage grows.
  void Add(const Eigen::VectorXd& center);
  Eigen::VectorXd Sample(RandomStream& stream) const;
  // Natural logarithm of the density at x, [d].
  double LogDensity(const Eigen::VectorXd& x) const;
  double total_weight() const { return total_weight_; }

 private:
  void Normalise(Eigen::Index kernel);
  double CorrelatedLogKernel(Eigen::Index kernel, const Eigen::VectorXd& x) const;
  bool IsCategory(Eigen::Index i) const { return kernels_.categories[i] > 0; }

  ParzenKernels kernels_;
  Eigen::VectorXd inverse_bandwidths_;  // 0 for categories
  // [n]: log of the weight over the part of the kernel's normalising constant that does not depend
  // on x; without correlations that is all of it.
  Eigen::ArrayXd log_scales_;
  double total_weight_ = 0;
};

}  // namespace qalam
