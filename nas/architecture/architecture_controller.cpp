#include "nas/architecture/architecture_controller.h"

#include <algorithm>
#include <numeric>

#include "nas/architecture/controller_policy.h"

namespace qalam::nas {

namespace {

using Kind = ControllerDecision::Kind;

// More than any published controller, and 128 MB of weights.
constexpr int kLargestHiddenSize = 1024;

}  // namespace

ArchitectureController::ArchitectureController(std::vector<ControllerDecision> decisions,
                                               const ControllerOptions& options)
    : options_(options),
      network_(std::make_shared<ControllerNetwork>(std::move(decisions), options.logits,
                                                   options.hidden_size)) {
  const auto counts = ActionCounts(network_->decisions());
  for (size_t i = 0; i < counts.size(); ++i) {
    if (network_->decisions()[i].kind == Kind::kSkips && counts[i] > 0) ++layers_with_skips_;
  }
}

StatusOr<ArchitectureController> ArchitectureController::Create(
    std::vector<ControllerDecision> decisions, const ControllerOptions& options,
    RandomStream stream) {
  RETURN_IF_ERROR(CheckDecisions(decisions));
  if (options.hidden_size < 1 || options.hidden_size > kLargestHiddenSize) {
    return InvalidArgument("the controller's hidden size should be 1 to {}, not {}",
                           kLargestHiddenSize, options.hidden_size);
  }
  ArchitectureController controller(std::move(decisions), options);
  controller.weights_ = controller.network_->layout().Draw(stream);
  controller.adam_ = NewAdamState(controller.weights_.size());
  return controller;
}

std::vector<int> ArchitectureController::Sample(RandomStream& stream, double sharpness) const {
  std::vector<int> actions;
  network_->Run(weights_, 1, [&](size_t index, const Eigen::MatrixXd& logits) {
    const auto drawn = DrawActions(network_->decisions()[index].kind, logits, sharpness, stream);
    actions.insert(actions.end(), drawn.data(), drawn.data() + drawn.size());
    return drawn;
  });
  return actions;
}

std::vector<DecisionTrace> ArchitectureController::RunGiven(
    std::span<const TriedArchitecture> batch) const {
  const auto columns = static_cast<Eigen::Index>(batch.size());
  Eigen::Index next = 0;
  return network_->Run(weights_, columns, [&](size_t index, const Eigen::MatrixXd& logits) {
    const bool choice = network_->decisions()[index].kind == Kind::kChoice;
    Eigen::MatrixXi actions(choice ? 1 : logits.rows(), columns);
    for (Eigen::Index b = 0; b < columns; ++b) {
      const auto& given = batch[static_cast<size_t>(b)].actions;
      for (Eigen::Index j = 0; j < actions.rows(); ++j) {
        actions(j, b) = given[static_cast<size_t>(next + j)];
      }
    }
    next += actions.rows();
    return actions;
  });
}

double ArchitectureController::SumOver(std::span<const int> actions, bool entropy) const {
  const TriedArchitecture one{{actions.begin(), actions.end()}};
  double sum = 0;
  const auto traces = RunGiven({&one, 1});
  for (size_t i = 0; i < traces.size(); ++i) {
    const auto terms = EvaluatePolicy(network_->decisions()[i].kind, traces[i].logits,
                                      traces[i].actions, options_.skip_target);
    sum += entropy ? terms.entropy(0) : terms.log_probability(0);
  }
  return sum;
}

double ArchitectureController::LogProbability(std::span<const int> actions) const {
  return SumOver(actions, false);
}

double ArchitectureController::Entropy(std::span<const int> actions) const {
  return SumOver(actions, true);
}

double ArchitectureController::Loss(std::span<const TriedArchitecture> batch,
                                    Eigen::VectorXd* gradient) const {
  const auto columns = static_cast<double>(batch.size());
  PolicyWeights weights{.advantage = Eigen::ArrayXd(static_cast<Eigen::Index>(batch.size()))};
  for (size_t b = 0; b < batch.size(); ++b) {
    weights.advantage(static_cast<Eigen::Index>(b)) = batch[b].advantage / columns;
  }
  weights.entropy = options_.entropy_weight.value_or(0) / columns;
  weights.divergence = options_.skip_weight.value_or(0) / columns / std::max(1, layers_with_skips_);
  const auto traces = RunGiven(batch);
  double loss = 0;
  std::vector<Eigen::MatrixXd> by_logits;
  for (size_t i = 0; i < traces.size(); ++i) {
    const Kind kind = network_->decisions()[i].kind;
    const auto& [logits, actions] = std::tie(traces[i].logits, traces[i].actions);
    const auto terms = EvaluatePolicy(kind, logits, actions, options_.skip_target);
    loss += -(weights.advantage * terms.log_probability).sum() -
            weights.entropy * terms.entropy.sum() +
            weights.divergence * terms.skip_divergence.sum();
    if (gradient == nullptr) continue;
    by_logits.push_back(PolicyGradient(kind, logits, actions, weights, options_.skip_target));
  }
  if (gradient != nullptr) *gradient = network_->Back(weights_, traces, by_logits);
  return loss;
}

void ArchitectureController::ReinforceStep(std::span<const TriedArchitecture> batch) {
  Eigen::VectorXd gradient;
  Loss(batch, &gradient);
  StepAdam(options_.learning_rate, gradient, adam_, weights_);
}

int ArchitectureController::action_count() const {
  const auto counts = ActionCounts(network_->decisions());
  return std::accumulate(counts.begin(), counts.end(), 0);
}

bool ArchitectureController::IsArchitecture(std::span<const int> actions) const {
  if (actions.size() != static_cast<size_t>(action_count())) return false;
  const auto counts = ActionCounts(network_->decisions());
  size_t next = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto& decision = network_->decisions()[i];
    const int options = decision.kind == Kind::kChoice ? decision.options : 2;
    for (int j = 0; j < counts[i]; ++j, ++next) {
      if (actions[next] < 0 || actions[next] >= options) return false;
    }
  }
  return true;
}

}  // namespace qalam::nas
