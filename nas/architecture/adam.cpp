#include "nas/architecture/adam.h"

#include <cmath>

namespace qalam::nas {

AdamState NewAdamState(Eigen::Index size) {
  return {Eigen::VectorXd::Zero(size), Eigen::VectorXd::Zero(size), 0};
}

void StepAdam(double learning_rate, const Eigen::VectorXd& gradient, AdamState& state,
              Eigen::VectorXd& weights) {
  // The paper's recommendations.
  constexpr double kMeanDecay = 0.9, kSquareDecay = 0.999, kEpsilon = 1e-8;
  ++state.steps;
  const auto steps = static_cast<double>(state.steps);
  state.mean = kMeanDecay * state.mean + (1 - kMeanDecay) * gradient;
  state.square = kSquareDecay * state.square + (1 - kSquareDecay) * gradient.cwiseAbs2();
  const double mean_share = 1 - std::pow(kMeanDecay, steps);
  const double square_share = 1 - std::pow(kSquareDecay, steps);
  weights.array() -= learning_rate / mean_share * state.mean.array() /
                     ((state.square.array() / square_share).sqrt() + kEpsilon);
}

}  // namespace qalam::nas
