// The probabilities of a decision's actions, and the REINFORCE loss by its logits.
#pragma once

#include <Eigen/Core>
#include <optional>

#include "base/random.h"
#include "nas/architecture/controller_decisions.h"

namespace qalam::nas {

// By column of a batch: the log probability of its actions and the entropy of the distribution that
// they were drawn from. `logits` and `actions` as in DecisionTrace.
struct PolicyTerms {
  Eigen::ArrayXd log_probability, entropy;
  Eigen::ArrayXd skip_divergence;  // KL(skip probability || target), summed over anchors; 0 else
};
PolicyTerms EvaluatePolicy(ControllerDecision::Kind kind, const Eigen::MatrixXd& logits,
                           const Eigen::MatrixXi& actions, double skip_target);

// The derivative by the logits of, summed over the batch,
//   -advantage log_probability - entropy_weight entropy + divergence_weight skip_divergence.
struct PolicyWeights {
  Eigen::ArrayXd advantage;  // by column
  double entropy = 0, divergence = 0;
};
Eigen::MatrixXd PolicyGradient(ControllerDecision::Kind kind, const Eigen::MatrixXd& logits,
                               const Eigen::MatrixXi& actions, const PolicyWeights& weights,
                               double skip_target);

// Draws each column's actions. `sharpness` multiplies the logits: below 1 for flatter draws.
Eigen::MatrixXi DrawActions(ControllerDecision::Kind kind, const Eigen::MatrixXd& logits,
                            double sharpness, RandomStream& stream);

}  // namespace qalam::nas
