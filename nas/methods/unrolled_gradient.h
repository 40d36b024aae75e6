// The gradient of DARTS' bilevel problem, the network's weights followed one step ahead.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <vector>

namespace qalam::nas {

struct UnrolledStep {
  double learning_rate = 0.025;  // xi; 0 makes this the first-order gradient
  double momentum = 0;
  double weight_decay = 0;
  // What momentum multiplies, by weight; undefined or missing ones are 0.
  std::vector<torch::Tensor> velocities;
};

// With w' = w - xi (d training(w, a) / dw + decay w + momentum velocity) it gives, by each of
// `architecture`, which a is made of,
//   d validation(w', a) / da - xi (d training(w+, a) / da - d training(w-, a) / da) / (2 eps),
// where w+- = w +- eps d validation(w', a) / dw' and eps = 0.01 / norm of that derivative: Liu,
// Simonyan, Yang, "DARTS", ICLR 2019, eq. 6 to 8. Undefined where nothing depends on a.
//
// The losses are called with w' and w+- in place; `weights` are in the end, bit for bit, as before.
std::vector<torch::Tensor> UnrolledGradient(const std::vector<torch::Tensor>& weights,
                                            const std::vector<torch::Tensor>& architecture,
                                            const std::function<torch::Tensor()>& training,
                                            const std::function<torch::Tensor()>& validation,
                                            const UnrolledStep& step);

}  // namespace qalam::nas
