#include "suggestion/evolution_strategy/category_distribution.h"

#include <algorithm>
#include <cmath>

namespace qalam {

CategoryDistribution::CategoryDistribution(const std::vector<int>& counts) {
  Eigen::Index free = 0;
  for (const int count : counts) {
    probabilities_.push_back(Eigen::VectorXd::Constant(count, 1.0 / count));
    free += count - 1;
  }
  path_ = Eigen::VectorXd::Zero(free);
}

void CategoryDistribution::Set(std::vector<Eigen::VectorXd> probabilities) {
  probabilities_ = std::move(probabilities);
  ApplyLeast();
}

int CategoryDistribution::Draw(size_t parameter, double position) const {
  const Eigen::VectorXd& q = probabilities_[parameter];
  const auto last = static_cast<int>(q.size()) - 1;
  int value = 0;
  for (double sum = q(0); value < last && position >= sum; sum += q(value)) ++value;
  return value;
}

double CategoryDistribution::LeastProbability(size_t parameter) const {
  const auto parameters = static_cast<double>(probabilities_.size());
  const auto others = static_cast<double>(probabilities_[parameter].size() - 1);
  return (1 - std::pow(0.73, 1 / parameters)) / others;
}

void CategoryDistribution::Update(const Eigen::VectorXd& weights,
                                  const std::vector<const std::vector<int>*>& chosen) {
  if (probabilities_.empty()) return;
  std::vector<Eigen::VectorXd> gradients;
  Eigen::VectorXd fisher(path_.size());  // the gradient in the Fisher metric's own coordinates
  Eigen::Index place = 0;
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    const Eigen::VectorXd& q = probabilities_[i];
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(q.size());
    for (Eigen::Index k = 0; k < weights.size(); ++k) {
      if (weights(k) <= 0) continue;
      gradient -= weights(k) * q;
      gradient((*chosen[static_cast<size_t>(k)])[i]) += weights(k);
    }
    const Eigen::Index free = q.size() - 1;
    const double last = q(free);
    const double shared = gradient.head(free).sum() / (last + std::sqrt(last));
    const Eigen::ArrayXd roots = q.head(free).array().sqrt();
    fisher.segment(place, free) = gradient.head(free).array() / roots + roots * shared;
    place += free;
    gradients.push_back(std::move(gradient));
  }
  const double length = fisher.norm();
  if (length < 1e-30) return;  // every member agrees with the distribution: nothing to learn

  const double trust = 1 / caution_;
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    probabilities_[i] += trust / length * gradients[i];
  }
  const double beta = trust / std::sqrt(static_cast<double>(path_.size()));
  path_ = (1 - beta) * path_ + std::sqrt(beta * (2 - beta)) / length * fisher;
  path_norm_ = (1 - beta) * (1 - beta) * path_norm_ + beta * (2 - beta);
  constexpr double kTarget = 1.5;  // alpha: how far from noise the path should stay
  caution_ *= std::exp(beta * (path_norm_ - path_.squaredNorm() / kTarget));
  // A step longer than the simplex is wide says no more; it also keeps beta within its range.
  caution_ = std::max(caution_, 1.0);
  ApplyLeast();
}

void CategoryDistribution::ApplyLeast() {
  for (size_t i = 0; i < probabilities_.size(); ++i) {
    Eigen::VectorXd& q = probabilities_[i];
    const double least = LeastProbability(i);
    q = q.cwiseMax(least);
    const Eigen::VectorXd above = q.array() - least;
    const double room = above.sum();
    if (room > 0) q += (1 - q.sum()) / room * above;
  }
}

}  // namespace qalam
