// The operations of Katib's layer chains, as its ENAS example for CIFAR-10 defines them.
#pragma once

#include <torch/torch.h>

#include "base/status.h"
#include "nas/architecture/chain_space.h"

namespace qalam::nas {

// What a layer gives, without the batch.
struct FeatureShape {
  int64_t channels = 1, height = 1, width = 1;
};

struct ChainStage {
  torch::nn::Sequential layers;
  FeatureShape output;
};

// Types and parameters, all optional:
//   convolution            num_filter (64), filter_size (3), stride (1)
//   separable_convolution  those and depth_multiplier (1)
//   depthwise_convolution  filter_size, stride, depth_multiplier
//   reduction              reduction_type (max_pooling or avg_pooling), pool_size (2), stride
//                          (pool_size)
// A convolution is a rectifier, the convolution padded to give size / stride, rounded up, and a
// normalisation, which makes biases needless: there are none. Pooling is not padded; features
// smaller than its window pass it unchanged. INVALID_ARGUMENT for another type, a parameter that
// it does not take or a value out of bounds.
StatusOr<ChainStage> MakeChainStage(const ChainOperation& operation, const FeatureShape& input);

}  // namespace qalam::nas
