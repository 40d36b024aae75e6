#include "nas/architecture/controller_network.h"

#include <cmath>

namespace qalam::nas {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Kind = ControllerDecision::Kind;

// The input after skips: the mean of the anchors taken, the layer itself counting as one more.
MatrixXd MeanOfTaken(const std::vector<MatrixXd>& anchors, const Eigen::MatrixXi& actions) {
  MatrixXd sum = MatrixXd::Zero(anchors[0].rows(), anchors[0].cols());
  for (size_t j = 0; j < anchors.size(); ++j) {
    const auto taken = actions.row(static_cast<Index>(j)).cast<double>();
    sum.array() += anchors[j].array().rowwise() * taken.array();
  }
  const Eigen::ArrayXd counts = 1 + actions.colwise().sum().cast<double>().array().transpose();
  return sum.array().rowwise() / counts.transpose();
}

}  // namespace

ControllerNetwork::ControllerNetwork(std::vector<ControllerDecision> decisions, LogitShape shape,
                                     int hidden_size)
    : decisions_(std::move(decisions)), shape_(shape), layout_(decisions_, hidden_size) {}

void ControllerNetwork::Shape(const MatrixXd& output, DecisionTrace& trace) const {
  const double inverse =
      std::sqrt(static_cast<double>(layout_.hidden_size())) / shape_.temperature.value_or(1);
  if (!shape_.tanh_constant) {
    trace.logits = inverse * output;
    trace.slopes = MatrixXd::Constant(output.rows(), output.cols(), inverse);
    return;
  }
  const double constant = *shape_.tanh_constant;
  const Eigen::ArrayXXd bent = Tanh(inverse * output.array());
  trace.logits = constant * bent;
  trace.slopes = constant * inverse * (1 - bent.square());
}

std::vector<DecisionTrace> ControllerNetwork::Run(const VectorXd& weights, Index batch,
                                                  const Choose& choose) const {
  const Index h = layout_.hidden_size();
  const MatrixXd start = layout_.start.In(weights).replicate(1, batch);
  MatrixXd input = start, hidden = MatrixXd::Zero(h, batch), cell = hidden;
  std::vector<MatrixXd> anchors, keys;
  std::vector<DecisionTrace> traces(decisions_.size());
  for (size_t i = 0; i < decisions_.size(); ++i) {
    DecisionTrace& trace = traces[i];
    trace.step = RunLstm(layout_.lstm.In(weights), input, hidden, cell);
    hidden = trace.step.hidden;
    cell = trace.step.cell;
    const auto bias = layout_.biases[i].In(weights);
    if (decisions_[i].kind == Kind::kChoice) {
      const auto vocabulary = static_cast<size_t>(decisions_[i].vocabulary);
      const MatrixXd output = (layout_.logits[vocabulary].In(weights) * hidden).colwise() +
                              Eigen::Map<const VectorXd>(bias.data(), bias.rows());
      Shape(output, trace);
      trace.actions = choose(i, trace.logits);
      const auto embedding = layout_.embeddings[vocabulary].In(weights);
      for (Index b = 0; b < batch; ++b) input.col(b) = embedding.col(trace.actions(0, b));
      continue;
    }
    input = start;
    if (anchors.empty()) {
      trace.logits.resize(0, batch);
      trace.slopes.resize(0, batch);
      trace.actions.resize(0, batch);
    } else {
      const MatrixXd query = layout_.query.In(weights) * hidden;
      MatrixXd output(static_cast<Index>(anchors.size()), batch);
      for (size_t j = 0; j < anchors.size(); ++j) {
        const auto row = static_cast<Index>(j);
        trace.attention.push_back(Tanh(query.array() + keys[j].array()));
        output.row(row) = layout_.score.In(weights) * trace.attention.back();
        output.row(row).array() += bias(row, 0);
      }
      Shape(output, trace);
      trace.actions = choose(i, trace.logits);
      input = MeanOfTaken(anchors, trace.actions);
    }
    anchors.push_back(hidden);
    keys.push_back(layout_.anchor_keys.In(weights) * hidden);
  }
  return traces;
}

// Derivatives of the loss on the way back; each H x batch.
struct ControllerNetwork::BackwardState {
  VectorXd gradient;
  MatrixXd hidden, cell, input;  // by the state after the decision and by the input that it makes
  std::vector<MatrixXd> anchors, keys;
  size_t anchors_before = 0;
};

void ControllerNetwork::BackThroughChoice(const VectorXd& weights, const DecisionTrace& trace,
                                          size_t index, const MatrixXd& by_output,
                                          BackwardState& state) const {
  const auto vocabulary = static_cast<size_t>(decisions_[index].vocabulary);
  auto embedding = layout_.embeddings[vocabulary].In(state.gradient);
  for (Index b = 0; b < state.input.cols(); ++b) {
    embedding.col(trace.actions(0, b)) += state.input.col(b);
  }
  layout_.logits[vocabulary].In(state.gradient).noalias() +=
      by_output * trace.step.hidden.transpose();
  layout_.biases[index].In(state.gradient) += by_output.rowwise().sum();
  state.hidden.noalias() += layout_.logits[vocabulary].In(weights).transpose() * by_output;
}

void ControllerNetwork::BackThroughSkips(const VectorXd& weights, const DecisionTrace& trace,
                                         size_t index, const MatrixXd& by_output,
                                         BackwardState& state) const {
  const size_t self = --state.anchors_before;
  state.hidden += state.anchors[self];
  state.hidden.noalias() += layout_.anchor_keys.In(weights).transpose() * state.keys[self];
  layout_.anchor_keys.In(state.gradient).noalias() +=
      state.keys[self] * trace.step.hidden.transpose();
  if (self == 0) {
    layout_.start.In(state.gradient) += state.input.rowwise().sum();
    return;
  }
  const Eigen::ArrayXd counts =
      1 + trace.actions.colwise().sum().cast<double>().array().transpose();
  const Eigen::ArrayXXd share = state.input.array().rowwise() / counts.transpose();
  MatrixXd by_query = MatrixXd::Zero(state.hidden.rows(), state.hidden.cols());
  const auto score = layout_.score.In(weights);
  for (size_t j = 0; j < self; ++j) {
    const auto row = static_cast<Index>(j);
    const auto taken = trace.actions.row(row).cast<double>().array();
    state.anchors[j].array() += share.rowwise() * taken;
    layout_.score.In(state.gradient).noalias() +=
        by_output.row(row) * trace.attention[j].transpose();
    const MatrixXd by_sum = (score.transpose() * by_output.row(row)).array() *
                            (1 - trace.attention[j].array().square());
    state.keys[j] += by_sum;
    by_query += by_sum;
  }
  layout_.biases[index].In(state.gradient) += by_output.rowwise().sum();
  layout_.query.In(state.gradient).noalias() += by_query * trace.step.hidden.transpose();
  state.hidden.noalias() += layout_.query.In(weights).transpose() * by_query;
}

VectorXd ControllerNetwork::Back(const VectorXd& weights, const std::vector<DecisionTrace>& trace,
                                 const std::vector<MatrixXd>& by_logits) const {
  const Index batch = trace[0].step.hidden.cols();
  const MatrixXd zero = MatrixXd::Zero(layout_.hidden_size(), batch);
  BackwardState state{VectorXd::Zero(layout_.size()), zero, zero, zero, {}, {}};
  for (const auto& decision : decisions_) {
    state.anchors_before += decision.kind == Kind::kSkips ? 1 : 0;
  }
  state.anchors.assign(state.anchors_before, zero);
  state.keys = state.anchors;
  // One product of wide matrices at the end costs less than one of narrow ones for each decision.
  const Index h = layout_.hidden_size(), columns = batch * static_cast<Index>(decisions_.size());
  MatrixXd by_gates(4 * h, columns), inputs(2 * h, columns);
  for (size_t i = decisions_.size(); i-- > 0;) {
    const MatrixXd by_output = by_logits[i].cwiseProduct(trace[i].slopes);
    if (decisions_[i].kind == Kind::kChoice) {
      BackThroughChoice(weights, trace[i], i, by_output, state);
    } else {
      BackThroughSkips(weights, trace[i], i, by_output, state);
    }
    const Index first = batch * static_cast<Index>(i);
    inputs.middleCols(first, batch) = trace[i].step.input_and_hidden;
    state.input = BackThroughLstm(layout_.lstm.In(weights), trace[i].step, state.hidden, state.cell,
                                  by_gates.middleCols(first, batch));
  }
  layout_.lstm.In(state.gradient).noalias() = by_gates * inputs.transpose();
  layout_.start.In(state.gradient) += state.input.rowwise().sum();
  return std::move(state.gradient);
}

}  // namespace qalam::nas
