#pragma once

#include <Eigen/Core>
#include <vector>

namespace qalam {

// Independent probabilities over the values of each categorical parameter, adapted together with
// the normal distribution of a CMA-ES: CatCMA, Hamano, Saito, Nomura, Uchida, Shirakawa, GECCO 2024
// (arXiv:2405.09962). The natural gradient's step adapts to its signal-to-noise ratio as in ASNG,
// Akimoto et al., ICML 2019 (arXiv:1905.08537), section 4.
class CategoryDistribution {
 public:
  CategoryDistribution() = default;
  // Uniform; one count of values per parameter, each 2 or more.
  explicit CategoryDistribution(const std::vector<int>& counts);

  size_t size() const { return probabilities_.size(); }
  const Eigen::VectorXd& probabilities(size_t parameter) const { return probabilities_[parameter]; }
  // Takes these probabilities (each sums to 1), raised to the least ones.
  void Set(std::vector<Eigen::VectorXd> probabilities);
  // The value at `position` in [0, 1) of the cumulative distribution.
  int Draw(size_t parameter, double position) const;
  // One generation: `chosen[k]` holds member k's value for each parameter, `weights(k)` its weight
  // by rank, of which the positive ones count.
  void Update(const Eigen::VectorXd& weights, const std::vector<const std::vector<int>*>& chosen);

 private:
  // (1 - 0.73^(1/N)) / (K - 1): with it, a converged distribution still tries some other category
  // in 27 % of its samples (section 3.3 of the CatCMA paper).
  double LeastProbability(size_t parameter) const;
  void ApplyLeast();

  std::vector<Eigen::VectorXd> probabilities_;
  // ASNG's state: the accumulated gradient in the Fisher metric, how long it would be were the
  // gradients all alike, and the divisor of the step.
  Eigen::VectorXd path_;
  double path_norm_ = 0;
  double caution_ = 1;
};

}  // namespace qalam
