// The ENAS controller: learns by policy gradients which decisions make good architectures.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "nas/architecture/adam.h"
#include "nas/architecture/controller_network.h"

namespace qalam::nas {

struct ControllerOptions {
  int hidden_size = 64;
  LogitShape logits = {5.0, 2.25};
  double learning_rate = 5e-5;                  // of Adam
  std::optional<double> entropy_weight = 1e-5;  // none: no reward for uncertainty
  double skip_target = 0.4;                     // the share of skips that the penalty pulls to
  std::optional<double> skip_weight = 0.8;      // none: no penalty
};

// An architecture that was tried. `actions` holds the actions of all decisions one after the other:
// one each for a choice, one an anchor for skips (ActionCounts).
struct TriedArchitecture {
  std::vector<int> actions;
  // How much better than the baseline its own reward was; of the order of 1.
  double advantage = 0;
};

// Not thread-safe. Copies are independent.
class ArchitectureController {
 public:
  // `stream` draws the first weights. INVALID_ARGUMENT for unsound decisions or options.
  static StatusOr<ArchitectureController> Create(std::vector<ControllerDecision> decisions,
                                                 const ControllerOptions& options,
                                                 RandomStream stream);

  // Draws an architecture. `sharpness` multiplies the logits: 1 draws from the policy, less draws
  // more widely.
  std::vector<int> Sample(RandomStream& stream, double sharpness = 1) const;

  // Of all actions together, and the sum of the decisions' entropies on the way to them. The number
  // of actions must be action_count(), each within its bounds.
  double LogProbability(std::span<const int> actions) const;
  double Entropy(std::span<const int> actions) const;

  // The loss of a batch (not empty), and its derivative by the weights where `gradient` is given:
  // the mean over the batch of
  //   -advantage log p - entropy_weight entropy + skip_weight divergence,
  // the last being KL(skip probability || skip_target) by anchor, averaged over the layers that
  // have any (Pham et al. 2018, section 2.3 and appendix C.1; with each architecture's own reward).
  double Loss(std::span<const TriedArchitecture> batch, Eigen::VectorXd* gradient = nullptr) const;

  // One step of Adam against that loss.
  void ReinforceStep(std::span<const TriedArchitecture> batch);

  int action_count() const;
  // Whether these are as many actions as there must be, each one that its decision has.
  bool IsArchitecture(std::span<const int> actions) const;
  int64_t steps() const { return adam_.steps; }
  // What its weights and Adam's averages of their gradients take in memory.
  size_t StateBytes() const { return 3 * sizeof(double) * static_cast<size_t>(weights_.size()); }

  // All flat weights, for tests of the derivative.
  const Eigen::VectorXd& weights() const { return weights_; }
  void set_weights(Eigen::VectorXd weights) { weights_ = std::move(weights); }

  // The state as versioned bytes. Load leaves the controller as it is and gives INVALID_ARGUMENT
  // for bytes of other decisions or another hidden size, DATA_LOSS for truncated or damaged ones.
  std::string Save() const;
  Status Load(const std::string& bytes);

 private:
  ArchitectureController(std::vector<ControllerDecision> decisions,
                         const ControllerOptions& options);
  std::vector<DecisionTrace> RunGiven(std::span<const TriedArchitecture> batch) const;
  double SumOver(std::span<const int> actions, bool entropy) const;

  ControllerOptions options_;
  std::shared_ptr<const ControllerNetwork> network_;
  int layers_with_skips_ = 0;
  Eigen::VectorXd weights_;
  AdamState adam_;
};

}  // namespace qalam::nas
