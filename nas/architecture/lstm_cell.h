// A long short-term memory cell (Hochreiter, Schmidhuber, Neural Computation 9, 1997) over a batch,
// with its derivative.
#pragma once

#include <Eigen/Core>

namespace qalam::nas {

// What one step leaves for the way back. Each is H x batch.
struct LstmStep {
  Eigen::MatrixXd input_and_hidden;  // 2H x batch: the input above the earlier hidden state
  Eigen::MatrixXd earlier_cell;
  Eigen::MatrixXd gates;  // 4H x batch: i, f, o after the sigmoid, g after tanh
  Eigen::MatrixXd cell, tanh_cell, hidden;
};

// cell' = i g + f cell, hidden' = o tanh(cell'), with the gates from `weights` (4H x 2H).
LstmStep RunLstm(const Eigen::Ref<const Eigen::MatrixXd>& weights, const Eigen::MatrixXd& input,
                 const Eigen::MatrixXd& hidden, const Eigen::MatrixXd& cell);

// `hidden` and `cell` hold the loss's derivatives by the step's outputs and are given those by its
// earlier states; returns the derivative by the input. `by_gates` (4H x batch) gets that by the
// gates before their sigmoid or tanh: the weights' derivative is the sum over all steps of by_gates
// times input_and_hidden transposed.
Eigen::MatrixXd BackThroughLstm(const Eigen::Ref<const Eigen::MatrixXd>& weights,
                                const LstmStep& step, Eigen::MatrixXd& hidden,
                                Eigen::MatrixXd& cell, Eigen::Ref<Eigen::MatrixXd> by_gates);

// By exponentials, which Eigen computes the same way everywhere, two at a time.
Eigen::ArrayXXd Tanh(const Eigen::Ref<const Eigen::ArrayXXd>& x);

}  // namespace qalam::nas
