#include <cmath>
#include <limits>

#include "nas/networks/operator_observer.h"
#include "nas/scores/network_backup.h"
#include "nas/scores/score.h"

namespace qalam::nas {

double NaswotScore(ImageNetwork& network, const torch::Tensor& images) {
  const NetworkBackup backup(network);
  const torch::NoGradGuard no_gradients;
  network.train();  // the batch's own statistics, since a fresh network has no others
  // For each pair of images, the rectifiers that both open or both keep shut.
  torch::Tensor alike = torch::zeros({images.size(0), images.size(0)}, torch::kDouble);
  {
    const OperatorObserver observer([&](const ObservedOperator& op) {
      if (op.name != "aten::relu" && op.name != "aten::relu_") return;
      const torch::Tensor open = op.outputs[0].toTensor().flatten(1).gt(0).to(torch::kFloat);
      const torch::Tensor shut = 1 - open;
      alike += (open.matmul(open.t()) + shut.matmul(shut.t())).cpu();
    });
    network.Forward(images);
  }
  const auto [sign, logarithm] = torch::slogdet(alike);
  const double score = logarithm.item<double>();
  return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

}  // namespace qalam::nas
