#include "nas/networks/cost.h"

#include <algorithm>
#include <chrono>

#include "nas/networks/operator_observer.h"

namespace qalam::nas {

namespace {

constexpr char kAuxiliaryPrefix[] = "auxiliary.";
// Enough for a median that one interruption does not move.
constexpr int kLatencyRepeats = 20;
constexpr int kWarmUpPasses = 3;

torch::Device DeviceOf(const torch::nn::Module& network) {
  const auto parameters = network.parameters();
  return parameters.empty() ? torch::Device(torch::kCPU) : parameters.front().device();
}

torch::Tensor OneImage(const torch::nn::Module& network, torch::IntArrayRef image_shape) {
  std::vector<int64_t> sizes = {1};
  sizes.insert(sizes.end(), image_shape.begin(), image_shape.end());
  return torch::zeros(sizes, torch::TensorOptions(DeviceOf(network)));
}

// Puts a network out of training, and back.
class EvaluationMode {
 public:
  explicit EvaluationMode(ImageNetwork& network)
      : network_(network), was_training_(network.is_training()) {
    network.eval();
  }
  ~EvaluationMode() { network_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  ImageNetwork& network_;
  const bool was_training_;
  const torch::NoGradGuard no_gradients_;
};

int64_t MultiplyAddsOf(const ObservedOperator& op) {
  // Each output number is a sum over all that one filter, or one row, holds.
  if (op.name == "aten::convolution") {
    const torch::Tensor weight = op.inputs[1].toTensor();
    return op.outputs[0].toTensor().numel() * (weight.numel() / weight.size(0));
  }
  // What linear layers come down to, with and without a bias.
  if (op.name == "aten::addmm" || op.name == "aten::mm") {
    const torch::Tensor factor = op.inputs[op.name == "aten::addmm" ? 1 : 0].toTensor();
    return op.outputs[0].toTensor().numel() * factor.size(1);
  }
  return 0;
}

}  // namespace

int64_t CountParameters(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.named_parameters()) {
    if (parameter.key().rfind(kAuxiliaryPrefix, 0) != 0) count += parameter.value().numel();
  }
  return count;
}

int64_t CountMultiplyAdds(ImageNetwork& network, torch::IntArrayRef image_shape) {
  const EvaluationMode evaluation(network);
  const torch::Tensor image = OneImage(network, image_shape);
  int64_t count = 0;
  const OperatorObserver observer(
      [&count](const ObservedOperator& op) { count += MultiplyAddsOf(op); });
  network.Forward(image);
  return count;
}

double MeasureLatencyMs(ImageNetwork& network, torch::IntArrayRef image_shape, int repeats) {
  const EvaluationMode evaluation(network);
  const torch::Tensor image = OneImage(network, image_shape);
  std::vector<double> times;
  for (int i = 0; i < kWarmUpPasses + repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    network.Forward(image);
    if (image.is_cuda()) torch::cuda::synchronize();
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - begin;
    if (i >= kWarmUpPasses) times.push_back(passed.count());
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[repeats / 2];
}

NetworkCost MeasureCost(ImageNetwork& network, torch::IntArrayRef image_shape) {
  return {CountParameters(network), CountMultiplyAdds(network, image_shape),
          MeasureLatencyMs(network, image_shape, kLatencyRepeats)};
}

}  // namespace qalam::nas
