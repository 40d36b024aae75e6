// What a network costs: numbers to keep, operations to compute, time to wait.
#pragma once

#include <torch/torch.h>

#include "nas/networks/image_network.h"

namespace qalam::nas {

struct NetworkCost {
  int64_t parameters = 0;     // learnt numbers
  int64_t multiply_adds = 0;  // of convolutions and linear layers, for one image
  double latency_ms = 0;      // median time of a forward pass of one image
};

// Learnt numbers without those of an auxiliary head, which only training has (DARTS counts so).
int64_t CountParameters(const torch::nn::Module& network);

// Multiplications with their additions, counted while one image of [channels, height, width] passes
// through, as published tables of cells count "FLOPs".
int64_t CountMultiplyAdds(ImageNetwork& network, torch::IntArrayRef image_shape);

// The median of `repeats` passes, after a few that warm up, on the network's device.
double MeasureLatencyMs(ImageNetwork& network, torch::IntArrayRef image_shape, int repeats);

// All three. The network is left as it was, in training or not.
NetworkCost MeasureCost(ImageNetwork& network, torch::IntArrayRef image_shape);

}  // namespace qalam::nas
