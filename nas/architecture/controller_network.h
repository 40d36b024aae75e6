// The network of the ENAS controller: an LSTM that decides one thing after the other (Pham, Guan,
// Zoph, Le, Dean, "Efficient neural architecture search via parameter sharing", ICML 2018, sections
// 2.2 to 2.4), over a batch of architectures, with its derivative.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "nas/architecture/controller_weights.h"
#include "nas/architecture/lstm_cell.h"

namespace qalam::nas {

// How what the network gives becomes logits: constant * tanh(sqrt(H) output / temperature). The
// root of the hidden size is ours: a step of Adam moves each weight by about the learning rate, and
// the published rates are for 10^5 steps, of which a search with some hundred trials has a
// hundredth.
struct LogitShape {
  std::optional<double> temperature;    // none: 1
  std::optional<double> tanh_constant;  // none: no tanh
};

// What one decision leaves for the way back.
struct DecisionTrace {
  LstmStep step;
  Eigen::MatrixXd logits;                  // options x batch of a choice, anchors x batch of skips
  Eigen::MatrixXd slopes;                  // of the logits by the network's output
  Eigen::MatrixXi actions;                 // 1 x batch, anchors x batch
  std::vector<Eigen::MatrixXd> attention;  // by anchor, H x batch: tanh(W1 anchor + W2 hidden)
};

class ControllerNetwork {
 public:
  ControllerNetwork(std::vector<ControllerDecision> decisions, LogitShape shape, int hidden_size);

  // The actions of decision number `index`, as in DecisionTrace, given its logits.
  using Choose = std::function<Eigen::MatrixXi(size_t index, const Eigen::MatrixXd& logits)>;

  // Skips of an anchor are taken with the probability sigmoid(2 logit), which is a softmax over
  // (-logit, logit).
  std::vector<DecisionTrace> Run(const Eigen::VectorXd& weights, Eigen::Index batch,
                                 const Choose& choose) const;

  // The derivative of a loss by the weights, given that by each decision's logits.
  Eigen::VectorXd Back(const Eigen::VectorXd& weights, const std::vector<DecisionTrace>& trace,
                       const std::vector<Eigen::MatrixXd>& by_logits) const;

  const std::vector<ControllerDecision>& decisions() const { return decisions_; }
  const ControllerLayout& layout() const { return layout_; }

 private:
  struct BackwardState;
  void Shape(const Eigen::MatrixXd& output, DecisionTrace& trace) const;
  void BackThroughChoice(const Eigen::VectorXd& weights, const DecisionTrace& trace, size_t index,
                         const Eigen::MatrixXd& by_output, BackwardState& state) const;
  void BackThroughSkips(const Eigen::VectorXd& weights, const DecisionTrace& trace, size_t index,
                        const Eigen::MatrixXd& by_output, BackwardState& state) const;

  const std::vector<ControllerDecision> decisions_;
  const LogitShape shape_;
  const ControllerLayout layout_;
};

}  // namespace qalam::nas
