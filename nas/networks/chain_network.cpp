#include "nas/networks/chain_network.h"

#include <algorithm>

namespace qalam::nas {

namespace {

// Before the last layer, as in Katib's example.
constexpr double kDropout = 0.4;
// Of a layer's input when all skips are laid beside each other.
constexpr int64_t kMostJoinedChannels = 65536;

class LayerChain : public ImageNetwork {
 public:
  Status AddLayers(const ChainNetwork& chain, const FeatureShape& input);
  NetworkOutput Forward(const torch::Tensor& images) override;

 private:
  struct Layer {
    std::vector<size_t> sources;  // nodes, 0 being the input
    torch::nn::Sequential layers;
  };
  std::vector<Layer> layers_;
  torch::nn::Dropout dropout_{nullptr};
  torch::nn::Linear linear_{nullptr};
};

// The node before and those that the skips name, that one not twice.
std::vector<size_t> SourcesOf(const ChainNetwork::Layer& layer, size_t index) {
  std::vector<size_t> sources = {index};
  for (size_t k = 0; k < index; ++k) {
    if (layer.skips[k]) sources.push_back(k);
  }
  return sources;
}

torch::Tensor Surround(const torch::Tensor& features, int64_t height, int64_t width) {
  const int64_t rows = height - features.size(2), columns = width - features.size(3);
  if (rows == 0 && columns == 0) return features;
  return torch::constant_pad_nd(features,
                                {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}, 0);
}

torch::Tensor JoinFeatures(const std::vector<torch::Tensor>& parts) {
  if (parts.size() == 1) return parts.front();
  int64_t height = 0, width = 0;
  for (const auto& part : parts) {
    height = std::max(height, part.size(2));
    width = std::max(width, part.size(3));
  }
  std::vector<torch::Tensor> padded;
  for (const auto& part : parts) padded.push_back(Surround(part, height, width));
  return torch::cat(padded, 1);
}

Status LayerChain::AddLayers(const ChainNetwork& chain, const FeatureShape& input) {
  std::vector<FeatureShape> shapes = {input};
  for (size_t i = 0; i < chain.layers.size(); ++i) {
    const auto sources = SourcesOf(chain.layers[i], i);
    FeatureShape joined{0, 0, 0};
    for (const size_t source : sources) {
      joined.channels += shapes[source].channels;
      joined.height = std::max(joined.height, shapes[source].height);
      joined.width = std::max(joined.width, shapes[source].width);
    }
    if (joined.channels > kMostJoinedChannels) {
      return InvalidArgument("layer {}: {} channels come in; at most {} are allowed", i,
                             joined.channels, kMostJoinedChannels);
    }
    auto stage = MakeChainStage(chain.layers[i].operation, joined);
    if (!stage.ok()) return WithContext(stage.status(), fmt::format("layer {}", i));
    layers_.push_back({sources, register_module(fmt::format("layer_{}", i), stage->layers)});
    shapes.push_back(stage->output);
  }
  dropout_ = register_module("dropout", torch::nn::Dropout(kDropout));
  linear_ = register_module("linear",
                            torch::nn::Linear(shapes.back().channels, chain.output_sizes.back()));
  return {};
}

NetworkOutput LayerChain::Forward(const torch::Tensor& images) {
  std::vector<torch::Tensor> nodes = {images};
  for (Layer& layer : layers_) {
    std::vector<torch::Tensor> parts;
    for (const size_t source : layer.sources) parts.push_back(nodes[source]);
    nodes.push_back(layer.layers->forward(JoinFeatures(parts)));
  }
  return {linear_(dropout_(nodes.back().mean({2, 3}))), {}};
}

}  // namespace

StatusOr<FeatureShape> ChainInput(const ChainNetwork& chain) {
  const auto& sizes = chain.input_sizes;
  if (sizes.size() != 3) {
    return InvalidArgument(
        "nn_config: input_sizes should be height, width and channels of the images, not {} numbers",
        sizes.size());
  }
  return FeatureShape{sizes[2], sizes[0], sizes[1]};
}

StatusOr<std::shared_ptr<ImageNetwork>> MakeChainNetwork(const ChainNetwork& chain) {
  ASSIGN_OR_RETURN(const FeatureShape input, ChainInput(chain));
  auto network = std::make_shared<LayerChain>();
  RETURN_IF_ERROR(network->AddLayers(chain, input));
  return network;
}

}  // namespace qalam::nas
