#pragma once

#include <Eigen/Core>
#include <vector>

#include "base/random.h"
#include "nas/architecture/controller_decisions.h"

namespace qalam::nas {

// Where each matrix of the controller lies in one flat vector of weights, so that the optimiser,
// the checkpoint and the gradient checks see numbers alone. H is the hidden size.
class ControllerLayout {
 public:
  ControllerLayout(const std::vector<ControllerDecision>& decisions, int hidden_size);

  using Matrix = Eigen::Map<Eigen::MatrixXd>;
  using ConstMatrix = Eigen::Map<const Eigen::MatrixXd>;

  struct Place {
    Eigen::Index offset = 0, rows = 0, columns = 0;
    ConstMatrix In(const Eigen::VectorXd& values) const {
      return {values.data() + offset, rows, columns};
    }
    Matrix In(Eigen::VectorXd& values) const { return {values.data() + offset, rows, columns}; }
  };

  int hidden_size() const { return hidden_size_; }
  Eigen::Index size() const { return size_; }

  Place lstm;                       // 4H x 2H: gates i, f, o, g of [input; hidden]
  Place start;                      // H x 1: the first input
  std::vector<Place> embeddings;    // by vocabulary, H x options: the input after each option
  std::vector<Place> logits;        // by vocabulary, options x H
  std::vector<Place> biases;        // by decision, actions or options x 1
  Place anchor_keys, query, score;  // H x H, H x H, 1 x H: W1, W2 and v of the attention

  // Weights of a controller that has learnt nothing, and prefers nothing much.
  Eigen::VectorXd Draw(RandomStream& stream) const;

 private:
  Place Take(Eigen::Index rows, Eigen::Index columns);

  int hidden_size_;
  Eigen::Index size_ = 0;
};

}  // namespace qalam::nas
