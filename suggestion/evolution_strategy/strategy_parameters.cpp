#include "suggestion/evolution_strategy/strategy_parameters.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

double SelectionMass(const Eigen::Ref<const Eigen::VectorXd>& weights) {
  const double squares = weights.squaredNorm();
  return squares > 0 ? weights.sum() * weights.sum() / squares : 0;
}

}  // namespace

int DefaultPopulation(int dimensions) {
  return 4 + static_cast<int>(std::floor(3 * std::log(static_cast<double>(dimensions))));
}

StrategyParameters MakeStrategyParameters(int dimensions, int population) {
  StrategyParameters p;
  const double n = dimensions;
  const int parents = population / 2;

  p.weights.resize(population);
  for (int i = 0; i < population; ++i) {
    p.weights(i) = std::log((population + 1) / 2.0) - std::log(i + 1.0);
  }
  p.selection_mass = SelectionMass(p.weights.head(parents));
  const double mass = p.selection_mass;

  p.sigma_learning = (mass + 2) / (n + mass + 5);
  p.sigma_damping = 1 + 2 * std::max(0.0, std::sqrt((mass - 1) / (n + 1)) - 1) + p.sigma_learning;
  p.path_learning = (4 + mass / n) / (n + 4 + 2 * mass / n);
  constexpr double kCovarianceRate = 2;  // alpha_cov
  p.rank_one_learning = kCovarianceRate / ((n + 1.3) * (n + 1.3) + mass);
  p.rank_mu_learning =
      std::min(1 - p.rank_one_learning, kCovarianceRate * (0.25 + mass + 1 / mass - 2) /
                                            ((n + 2) * (n + 2) + kCovarianceRate * mass / 2));

  const double positive_sum = p.weights.cwiseMax(0).sum();
  const double negative_sum = -p.weights.cwiseMin(0).sum();
  // How much the negative weights may sum to: their mass relative to the rank-one update, their
  // own variance, and what keeps the covariance positive definite.
  const double negative_mass = SelectionMass(p.weights.tail(population - parents));
  const double c1 = p.rank_one_learning;
  const double cmu = p.rank_mu_learning;
  const double negative_scale =
      cmu > 0
          ? std::min({1 + c1 / cmu, 1 + 2 * negative_mass / (mass + 2), (1 - c1 - cmu) / (n * cmu)})
          : 0;
  for (double& weight : p.weights) {
    weight *= weight >= 0 ? 1 / positive_sum : std::max(0.0, negative_scale) / negative_sum;
  }

  // The usual series for sqrt(2) Gamma((n + 1) / 2) / Gamma(n / 2).
  p.expected_norm = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  p.decomposition_gap = std::max(1, static_cast<int>(std::floor(1 / (10 * n * (c1 + cmu)))));
  return p;
}

}  // namespace qalam
