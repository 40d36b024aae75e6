#pragma once

#include <Eigen/Core>

namespace qalam::nas {

// Adam (Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1) with its
// usual decays.
struct AdamState {
  Eigen::VectorXd mean, square;  // of the gradients, decaying
  int64_t steps = 0;
};

AdamState NewAdamState(Eigen::Index size);

// Moves the weights against the gradient.
void StepAdam(double learning_rate, const Eigen::VectorXd& gradient, AdamState& state,
              Eigen::VectorXd& weights);

}  // namespace qalam::nas
