#include "nas/architecture/controller_weights.h"

#include <algorithm>
#include <cmath>

namespace qalam::nas {

ControllerLayout::Place ControllerLayout::Take(Eigen::Index rows, Eigen::Index columns) {
  const Place place{size_, rows, columns};
  size_ += rows * columns;
  return place;
}

ControllerLayout::ControllerLayout(const std::vector<ControllerDecision>& decisions,
                                   int hidden_size)
    : hidden_size_(hidden_size) {
  const Eigen::Index h = hidden_size;
  lstm = Take(4 * h, 2 * h);
  start = Take(h, 1);
  std::vector<int> options;
  const std::vector<int> actions = ActionCounts(decisions);
  bool has_skips = false;
  for (size_t i = 0; i < decisions.size(); ++i) {
    const bool is_choice = decisions[i].kind == ControllerDecision::Kind::kChoice;
    biases.push_back(Take(is_choice ? decisions[i].options : actions[i], 1));
    has_skips = has_skips || !is_choice;
    if (!is_choice) continue;
    const auto vocabulary = static_cast<size_t>(decisions[i].vocabulary);
    options.resize(std::max(options.size(), vocabulary + 1));
    options[vocabulary] = decisions[i].options;
  }
  for (const int count : options) {
    embeddings.push_back(Take(h, count));
    logits.push_back(Take(count, h));
  }
  if (!has_skips) return;
  anchor_keys = Take(h, h);
  query = Take(h, h);
  score = Take(1, h);
}

Eigen::VectorXd ControllerLayout::Draw(RandomStream& stream) const {
  Eigen::VectorXd values = Eigen::VectorXd::Zero(size_);
  const auto fill = [&](const Place& place, double range) {
    for (Eigen::Index i = 0; i < place.rows * place.columns; ++i) {
      values(place.offset + i) = range * (2 * stream.Uniform() - 1);
    }
  };
  // Inputs and recurrence are wide enough that hidden units are far from 0 and tell places and
  // earlier choices apart from the start; a step of the learning rate then moves the logits. The
  // outputs are narrow, so that the first architectures are drawn almost uniformly.
  const double wide = std::sqrt(3.0 / hidden_size_);  // variance 1 / H
  const double narrow = 0.1 * wide;
  fill(lstm, wide);
  fill(start, std::sqrt(3.0));
  for (const auto& embedding : embeddings) fill(embedding, std::sqrt(3.0));
  for (const auto& logit : logits) fill(logit, narrow);
  fill(anchor_keys, wide);
  fill(query, wide);
  fill(score, narrow);
  return values;
}

}  // namespace qalam::nas
