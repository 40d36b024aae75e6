#include "nas/architecture/controller_policy.h"

#include <algorithm>
#include <cmath>

namespace qalam::nas {

namespace {

using Eigen::ArrayXXd;
using Eigen::Index;
using Kind = ControllerDecision::Kind;

ArrayXXd LogSoftmax(const Eigen::MatrixXd& logits) {
  const ArrayXXd shifted = logits.array().rowwise() - logits.colwise().maxCoeff().array();
  return shifted.rowwise() - shifted.exp().colwise().sum().log();
}

// Of a skip: log sigmoid(2 logit), which is the log probability that it is taken.
ArrayXXd LogSigmoidOfTwice(const ArrayXXd& logits) {
  return (2 * logits).min(0.0) - (1 + (-(2 * logits).abs()).exp()).log();
}

// Katib allows a target of 1, of which no divergence is finite.
double Bounded(double target) { return std::clamp(target, 1e-6, 1 - 1e-6); }

}  // namespace

PolicyTerms EvaluatePolicy(Kind kind, const Eigen::MatrixXd& logits, const Eigen::MatrixXi& actions,
                           double skip_target) {
  const Index batch = logits.cols();
  PolicyTerms terms{Eigen::ArrayXd::Zero(batch), Eigen::ArrayXd::Zero(batch),
                    Eigen::ArrayXd::Zero(batch)};
  if (logits.rows() == 0) return terms;
  if (kind == Kind::kChoice) {
    const ArrayXXd log_p = LogSoftmax(logits);
    terms.entropy = -(log_p.exp() * log_p).colwise().sum().transpose();
    for (Index b = 0; b < batch; ++b) terms.log_probability(b) = log_p(actions(0, b), b);
    return terms;
  }
  const ArrayXXd yes = LogSigmoidOfTwice(logits), no = LogSigmoidOfTwice(-logits);
  const ArrayXXd p = yes.exp(), q = no.exp();
  const double target = Bounded(skip_target);
  terms.entropy = -(p * yes + q * no).colwise().sum().transpose();
  terms.skip_divergence =
      (p * (yes - std::log(target)) + q * (no - std::log1p(-target))).colwise().sum().transpose();
  terms.log_probability = (actions.array() != 0).select(yes, no).colwise().sum().transpose();
  return terms;
}

Eigen::MatrixXd PolicyGradient(Kind kind, const Eigen::MatrixXd& logits,
                               const Eigen::MatrixXi& actions, const PolicyWeights& weights,
                               double skip_target) {
  if (logits.rows() == 0) return logits;
  if (kind == Kind::kChoice) {
    const ArrayXXd log_p = LogSoftmax(logits);
    const ArrayXXd p = log_p.exp();
    const Eigen::Array<double, 1, Eigen::Dynamic> negative_entropy = (p * log_p).colwise().sum();
    ArrayXXd gradient = p.rowwise() * weights.advantage.transpose() +
                        weights.entropy * p * (log_p.rowwise() - negative_entropy);
    for (Index b = 0; b < logits.cols(); ++b) gradient(actions(0, b), b) -= weights.advantage(b);
    return gradient;
  }
  const ArrayXXd odds = 2 * logits.array();  // their logarithm
  const ArrayXXd p = LogSigmoidOfTwice(logits).exp();
  const ArrayXXd variance = p * LogSigmoidOfTwice(-logits).exp();
  const double target = Bounded(skip_target);
  const double target_odds = std::log(target) - std::log1p(-target);
  const ArrayXXd excess = 2 * (p - actions.cast<double>().array());
  return excess.rowwise() * weights.advantage.transpose() +
         2 * variance * (weights.entropy * odds + weights.divergence * (odds - target_odds));
}

Eigen::MatrixXi DrawActions(Kind kind, const Eigen::MatrixXd& logits, double sharpness,
                            RandomStream& stream) {
  if (kind == Kind::kSkips) {
    const ArrayXXd p = LogSigmoidOfTwice(sharpness * logits.array()).exp();
    Eigen::MatrixXi actions(logits.rows(), logits.cols());
    for (Index b = 0; b < logits.cols(); ++b) {
      for (Index j = 0; j < logits.rows(); ++j) actions(j, b) = stream.Uniform() < p(j, b) ? 1 : 0;
    }
    return actions;
  }
  const ArrayXXd p = LogSoftmax(sharpness * logits).exp();
  Eigen::MatrixXi actions(1, logits.cols());
  for (Index b = 0; b < logits.cols(); ++b) {
    double left = stream.Uniform();
    int action = 0;
    // What rounding leaves over falls to the last option.
    while (action + 1 < logits.rows() && left >= p(action, b)) left -= p(action++, b);
    actions(0, b) = action;
  }
  return actions;
}

}  // namespace qalam::nas
