#include "suggestion/evolution_strategy/search_distribution.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

// Condition numbers past this make the decomposition meaningless in double precision; it is also
// where Hansen's criterion ConditionCov ends a run.
constexpr double kMostCondition = 1e14;
// Standard deviations below this are lost in the rounding of unit coordinates, and above one the
// cube's faces are all that a sample can show.
constexpr double kLeastDeviation = 1e-15;
constexpr double kMostDeviation = 1;

}  // namespace

SearchDistribution::SearchDistribution(Eigen::VectorXd start, double sigma)
    : SearchDistribution(start, sigma, Eigen::MatrixXd::Identity(start.size(), start.size())) {}

SearchDistribution::SearchDistribution(Eigen::VectorXd start, double sigma,
                                       const Eigen::MatrixXd& shape)
    : mean(std::move(start)), step_size(sigma), covariance(shape) {
  const Eigen::Index n = mean.size();
  scale = Eigen::VectorXd::Ones(n);
  path_sigma = Eigen::VectorXd::Zero(n);
  path_covariance = Eigen::VectorXd::Zero(n);
  if (shape.isIdentity(0)) {
    axes = transform = shape;
    axis_lengths = Eigen::VectorXd::Ones(n);
  } else {
    Decompose();
  }
}

Eigen::VectorXd SearchDistribution::Sample(const Eigen::VectorXd& normal) const {
  Eigen::VectorXd sample = mean;
  // lazyProduct: for vectors this short the set-up of a blocked product costs more than it saves.
  sample.array() += step_size * scale.array() * transform.lazyProduct(normal).array();
  return sample;
}

double SearchDistribution::StandardDeviation(Eigen::Index i) const {
  return step_size * scale(i) * std::sqrt(covariance(i, i));
}

Eigen::VectorXd SearchDistribution::Whiten(const Eigen::MatrixXd& steps,
                                           Eigen::MatrixXd& rotated) const {
  rotated.resize(steps.rows(), steps.cols());
  const Eigen::ArrayXd inverse = axis_lengths.array().inverse();
  for (Eigen::Index k = 0; k < steps.cols(); ++k) {
    rotated.col(k) = axes.transpose().lazyProduct(steps.col(k));
    rotated.col(k).array() *= inverse;
  }
  return rotated.colwise().norm().transpose();
}

void SearchDistribution::Update(const StrategyParameters& p, const Eigen::VectorXd& weights,
                                const Eigen::MatrixXd& samples) {
  const Eigen::Index n = mean.size();
  if (n == 0) return;
  Eigen::MatrixXd steps = samples.colwise() - mean;
  steps.array().colwise() /= step_size * scale.array();
  Eigen::MatrixXd rotated;
  Eigen::VectorXd lengths = Whiten(steps, rotated);
  // A sample that this distribution can hardly have drawn (given by the user, drawn to avoid a twin
  // or from an older distribution) is pulled in along its line: Hansen, "Injecting external
  // solutions into CMA-ES", arXiv:1110.4181, equation 3, with the bound loose enough that one
  // genuine sample in a thousand meets it.
  const double longest = std::sqrt(static_cast<double>(n)) + 3;
  for (Eigen::Index k = 0; k < steps.cols(); ++k) {
    if (lengths(k) <= longest) continue;
    steps.col(k) *= longest / lengths(k);
    rotated.col(k) *= longest / lengths(k);
    lengths(k) = longest;
  }

  // Equations 41 and 42, c_m = 1; only positive weights recombine.
  const Eigen::VectorXd positive = weights.cwiseMax(0);
  const Eigen::VectorXd step = steps.lazyProduct(positive);
  mean.array() += step_size * scale.array() * step.array();

  // Equation 43: C^(-1/2) <y> = B (D^-1 B^T <y>).
  const double c_sigma = p.sigma_learning;
  const Eigen::VectorXd whitened = axes.lazyProduct(rotated.lazyProduct(positive).eval());
  path_sigma =
      (1 - c_sigma) * path_sigma + std::sqrt(c_sigma * (2 - c_sigma) * p.selection_mass) * whitened;
  ++generation;
  const double path_length = path_sigma.norm();

  // Equation 45; the path stalls while the step size grows fast.
  const double unbiased = std::sqrt(1 - std::pow(1 - c_sigma, 2.0 * generation));
  const bool path_grew_normally =
      path_length / unbiased < (1.4 + 2 / (static_cast<double>(n) + 1)) * p.expected_norm;
  path_covariance *= 1 - p.path_learning;
  if (path_grew_normally) {
    path_covariance += std::sqrt(p.path_learning * (2 - p.path_learning) * p.selection_mass) * step;
  }
  UpdateCovariance(p, weights, lengths, steps, path_grew_normally);

  // Equation 44, at most by a factor e a generation (arXiv:1110.4181, equation 8).
  ScaleStep(
      std::exp(std::min(1.0, c_sigma / p.sigma_damping * (path_length / p.expected_norm - 1))));
  if (generation - decomposed >= p.decomposition_gap) Decompose();
}

void SearchDistribution::UpdateCovariance(const StrategyParameters& p,
                                          const Eigen::VectorXd& weights,
                                          const Eigen::VectorXd& lengths,
                                          const Eigen::MatrixXd& steps, bool path_grew_normally) {
  const Eigen::Index n = mean.size();
  const double c1 = p.rank_one_learning;
  const double cmu = p.rank_mu_learning;
  const double stall = path_grew_normally ? 0 : p.path_learning * (2 - p.path_learning);
  const double keep = 1 + c1 * stall - c1 - cmu * weights.sum();
  // Equation 46: a negative weight is scaled by the step's length, so that C stays positive.
  Eigen::VectorXd rates(weights.size());
  for (Eigen::Index k = 0; k < weights.size(); ++k) {
    const double square = std::max(lengths(k) * lengths(k), 1e-300);
    rates(k) = cmu * (weights(k) >= 0 ? weights(k) : weights(k) * static_cast<double>(n) / square);
  }
  // Equation 47, the lower triangle only. Written as column operations: the order of the sums, and
  // so every last bit, is then the same whatever the processor's caches.
  for (Eigen::Index j = 0; j < n; ++j) {
    auto column = covariance.col(j).tail(n - j);
    column = keep * column + (c1 * path_covariance(j)) * path_covariance.tail(n - j);
    for (Eigen::Index k = 0; k < steps.cols(); ++k) {
      column += (rates(k) * steps(j, k)) * steps.col(k).tail(n - j);
    }
  }
}

void SearchDistribution::ScaleStep(double factor) {
  if (mean.size() == 0) return;
  const double widest = std::sqrt(covariance.diagonal().maxCoeff());
  step_size = std::clamp(step_size * factor, kLeastDeviation / widest, kMostDeviation / widest);
}

void SearchDistribution::Decompose() {
  decomposed = generation;
  const Eigen::Index n = mean.size();
  if (n == 0) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  Eigen::VectorXd values = solver.eigenvalues();
  const double largest = values(n - 1);
  const double floor = largest / kMostCondition;
  if (values(0) < floor) {
    const double lift = floor - values(0);
    covariance.diagonal().array() += lift;
    values.array() += lift;
  }
  axes = solver.eigenvectors();
  axis_lengths = values.cwiseSqrt();
  transform = axes * axis_lengths.asDiagonal();
}

}  // namespace qalam
