#include "nas/networks/chain_operations.h"

#include <algorithm>
#include <charconv>

#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

namespace {

// Far beyond what trains; a slip of the finger must not ask for all the memory.
constexpr int64_t kMostFilters = 4096;
constexpr int64_t kMostChannels = 65536;
constexpr int64_t kLargestFilter = 31;
constexpr int64_t kLargestStride = 16;
constexpr int64_t kMostDepth = 64;

// Values come as texts from lists and as numbers from ranges.
StatusOr<int64_t> WholeParameter(const ChainOperation& operation, const char* name,
                                 int64_t fallback, int64_t most) {
  const auto found = operation.parameters.find(name);
  if (found == operation.parameters.end()) return fallback;
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < 1 || value > most) {
    return InvalidArgument("{}: {} should be a whole number from 1 to {}, not {}", operation.type,
                           name, most, text);
  }
  return value;
}

Status CheckNames(const ChainOperation& operation, const std::vector<std::string>& allowed) {
  for (const auto& [name, value] : operation.parameters.items()) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      return InvalidArgument("{} has no parameter {}; it takes {}", operation.type, name,
                             fmt::join(allowed, ", "));
    }
  }
  return {};
}

struct Window {
  int64_t size = 3, stride = 1;
};

// The zeros before and after an axis of `length` that make a window give length / stride, rounded
// up; the odd one comes last.
struct Zeros {
  int64_t before, after;
};
Zeros SameZeros(int64_t length, const Window& window) {
  const int64_t output = (length + window.stride - 1) / window.stride;
  const int64_t total = std::max<int64_t>((output - 1) * window.stride + window.size - length, 0);
  return {total / 2, total - total / 2};
}

struct Convolving {
  int64_t output_channels;
  int64_t groups = 1;
  Window window;
};

// Pads, convolves, and moves `shape` on.
void AppendSameConvolution(torch::nn::Sequential& layers, FeatureShape& shape,
                           const Convolving& convolving) {
  Window window = convolving.window;
  if (window.size == 1 && window.stride > 1) {
    AppendSubsampling(layers, window.stride);
    shape.height = (shape.height + window.stride - 1) / window.stride;
    shape.width = (shape.width + window.stride - 1) / window.stride;
    window.stride = 1;
  }
  const Zeros rows = SameZeros(shape.height, window), columns = SameZeros(shape.width, window);
  auto options = torch::nn::Conv2dOptions(shape.channels, convolving.output_channels, window.size)
                     .stride(window.stride)
                     .groups(convolving.groups)
                     .bias(false);
  if (rows.before == rows.after && columns.before == columns.after) {
    options.padding({rows.before, columns.before});
  } else {
    layers->push_back(torch::nn::ZeroPad2d(
        torch::nn::ZeroPad2dOptions({columns.before, columns.after, rows.before, rows.after})));
  }
  layers->push_back(torch::nn::Conv2d(options));
  shape = {convolving.output_channels, (shape.height + window.stride - 1) / window.stride,
           (shape.width + window.stride - 1) / window.stride};
}

StatusOr<Window> ReadWindow(const ChainOperation& operation) {
  Window window;
  ASSIGN_OR_RETURN(window.size, WholeParameter(operation, "filter_size", 3, kLargestFilter));
  ASSIGN_OR_RETURN(window.stride, WholeParameter(operation, "stride", 1, kLargestStride));
  return window;
}

StatusOr<ChainStage> MakeChainConvolution(const ChainOperation& operation, FeatureShape shape) {
  RETURN_IF_ERROR(CheckNames(operation, {"num_filter", "filter_size", "stride"}));
  ASSIGN_OR_RETURN(const Window window, ReadWindow(operation));
  ASSIGN_OR_RETURN(const int64_t filters,
                   WholeParameter(operation, "num_filter", 64, kMostFilters));
  torch::nn::Sequential layers{torch::nn::ReLU()};
  AppendSameConvolution(layers, shape, {filters, 1, window});
  layers->push_back(MakeNormalization(filters, true));
  return ChainStage{layers, shape};
}

// With `pointwise`, channels are mixed afterwards.
StatusOr<ChainStage> MakeDepthwise(const ChainOperation& operation, FeatureShape shape,
                                   bool pointwise) {
  std::vector<std::string> names = {"filter_size", "stride", "depth_multiplier"};
  if (pointwise) names.push_back("num_filter");
  RETURN_IF_ERROR(CheckNames(operation, names));
  ASSIGN_OR_RETURN(const Window window, ReadWindow(operation));
  ASSIGN_OR_RETURN(const int64_t depth,
                   WholeParameter(operation, "depth_multiplier", 1, kMostDepth));
  ASSIGN_OR_RETURN(const int64_t filters,
                   WholeParameter(operation, "num_filter", 64, kMostFilters));
  const int64_t channels = shape.channels * depth;
  if (channels > kMostChannels) {
    return InvalidArgument("{}: {} channels; at most {} are allowed", operation.type, channels,
                           kMostChannels);
  }
  torch::nn::Sequential layers{torch::nn::ReLU()};
  AppendSameConvolution(layers, shape, {channels, shape.channels, window});
  if (pointwise) AppendSameConvolution(layers, shape, {filters, 1, {1, 1}});
  layers->push_back(MakeNormalization(shape.channels, true));
  return ChainStage{layers, shape};
}

StatusOr<ChainStage> MakeChainReduction(const ChainOperation& operation, FeatureShape shape) {
  RETURN_IF_ERROR(CheckNames(operation, {"reduction_type", "pool_size", "stride"}));
  ASSIGN_OR_RETURN(const int64_t size, WholeParameter(operation, "pool_size", 2, kLargestFilter));
  ASSIGN_OR_RETURN(const int64_t stride, WholeParameter(operation, "stride", size, kLargestFilter));
  const auto type =
      operation.parameters.value("reduction_type", nlohmann::ordered_json("max_pooling"));
  if (type != "max_pooling" && type != "avg_pooling") {
    return InvalidArgument("reduction: reduction_type should be max_pooling or avg_pooling, not {}",
                           type.dump());
  }
  torch::nn::Sequential layers;
  if (std::min(shape.height, shape.width) < std::max<int64_t>(size, 2)) {
    layers->push_back(torch::nn::Identity());
    return ChainStage{layers, shape};
  }
  if (type == "max_pooling") {
    layers->push_back(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(size).stride(stride)));
  } else {
    layers->push_back(torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(size).stride(stride)));
  }
  return ChainStage{
      layers,
      {shape.channels, (shape.height - size) / stride + 1, (shape.width - size) / stride + 1}};
}

}  // namespace

StatusOr<ChainStage> MakeChainStage(const ChainOperation& operation, const FeatureShape& input) {
  if (operation.type == "convolution") return MakeChainConvolution(operation, input);
  if (operation.type == "separable_convolution") return MakeDepthwise(operation, input, true);
  if (operation.type == "depthwise_convolution") return MakeDepthwise(operation, input, false);
  if (operation.type == "reduction") return MakeChainReduction(operation, input);
  return InvalidArgument(
      "unknown operation type {}; should be convolution, separable_convolution, "
      "depthwise_convolution or reduction",
      operation.type);
}

}  // namespace qalam::nas
