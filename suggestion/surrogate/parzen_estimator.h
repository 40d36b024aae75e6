// Mixtures of truncated normals on the unit interval.
#pragma once

#include <vector>

#include "base/random.h"

namespace qalam {

// An adaptive Parzen estimator: one truncated normal for each point, as wide as the distance to its
// farther neighbour, and a wide one in the middle for the prior. Bergstra, Bardenet, Bengio, Kegl,
// "Algorithms for hyper-parameter optimization", NIPS 2011, section 4.1.
class ParzenEstimator {
 public:
  // Points in [0, 1], in any order.
  ParzenEstimator(std::vector<double> points, double prior_weight);

  // In [0, 1].
  double Sample(RandomStream& stream) const;
  // Of the density, which integrates to 1 over [0, 1].
  double LogDensity(double x) const;

 private:
  struct Component {
    double mean, inverse_deviation, low_tail, mass, scale;
  };
  std::vector<Component> components_;
  std::vector<double> cumulative_weights_;
};

// The density of many points, kept in bins so that adding one costs O(1) and asking does not grow
// with their number: a normal of one width around each bin's count. For the large set of the bad,
// whose exact shape matters little.
class BinnedDensity {
 public:
  BinnedDensity();
  // `by` is 1 or -1. x in [0, 1].
  void Add(double x, int by);
  int count() const { return count_; }
  // Log of the density at x, mixed with a uniform prior that counts as `prior_weight` points.
  // `removed` are points that were added and are to be left out; `added` the reverse.
  double LogDensity(double x, double prior_weight, const std::vector<double>& removed,
                    const std::vector<double>& added) const;

 private:
  static constexpr int kBins = 256;
  std::vector<int> bins_;
  int count_ = 0;
};

// Counts of a parameter without order, smoothed by the prior.
class CategoricalDensity {
 public:
  CategoricalDensity(const std::vector<int>& counts, double prior_weight);
  int Sample(RandomStream& stream) const;
  double LogProbability(int category) const { return log_probabilities_[category]; }

 private:
  std::vector<double> cumulative_, log_probabilities_;
};

}  // namespace qalam
