#include "nas/architecture/lstm_cell.h"

namespace qalam::nas {

// Beyond 350 the exponential of twice that would overflow; there it is 1 to the last digit.
Eigen::ArrayXXd Tanh(const Eigen::Ref<const Eigen::ArrayXXd>& x) {
  return 1 - 2 / ((2 * x.min(350.0)).exp() + 1);
}

LstmStep RunLstm(const Eigen::Ref<const Eigen::MatrixXd>& weights, const Eigen::MatrixXd& input,
                 const Eigen::MatrixXd& hidden, const Eigen::MatrixXd& cell) {
  const Eigen::Index h = hidden.rows();
  LstmStep step;
  step.input_and_hidden.resize(2 * h, hidden.cols());
  step.input_and_hidden << input, hidden;
  step.earlier_cell = cell;
  step.gates.noalias() = weights * step.input_and_hidden;
  auto sigmoids = step.gates.topRows(3 * h).array();
  sigmoids = 1 / (1 + (-sigmoids.max(-700.0)).exp());
  step.gates.bottomRows(h).array() = Tanh(step.gates.bottomRows(h).array());
  const auto i = step.gates.topRows(h).array(), f = step.gates.middleRows(h, h).array();
  const auto o = step.gates.middleRows(2 * h, h).array(), g = step.gates.bottomRows(h).array();
  step.cell = i * g + f * cell.array();
  step.tanh_cell = Tanh(step.cell.array());
  step.hidden = o * step.tanh_cell.array();
  return step;
}

Eigen::MatrixXd BackThroughLstm(const Eigen::Ref<const Eigen::MatrixXd>& weights,
                                const LstmStep& step, Eigen::MatrixXd& hidden,
                                Eigen::MatrixXd& cell, Eigen::Ref<Eigen::MatrixXd> by_gates) {
  const Eigen::Index h = hidden.rows();
  const auto i = step.gates.topRows(h).array(), f = step.gates.middleRows(h, h).array();
  const auto o = step.gates.middleRows(2 * h, h).array(), g = step.gates.bottomRows(h).array();
  const auto tanh_cell = step.tanh_cell.array();
  const Eigen::ArrayXXd by_cell = cell.array() + hidden.array() * o * (1 - tanh_cell.square());
  by_gates.topRows(h).array() = by_cell * g * i * (1 - i);
  by_gates.middleRows(h, h).array() = by_cell * step.earlier_cell.array() * f * (1 - f);
  by_gates.middleRows(2 * h, h).array() = hidden.array() * tanh_cell * o * (1 - o);
  by_gates.bottomRows(h).array() = by_cell * i * (1 - g.square());
  const Eigen::MatrixXd both = weights.transpose() * by_gates;
  cell = by_cell * f;
  hidden = both.bottomRows(h);
  return both.topRows(h);
}

}  // namespace qalam::nas
