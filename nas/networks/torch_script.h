// A trained network as a file that Python's torch reads.
#pragma once

#include <string>

#include "base/status.h"
#include "nas/data/image_set.h"
#include "nas/networks/image_network.h"

namespace qalam::nas {

// Writes TorchScript of the network's evaluation, found by tracing it on one image of `image_shape`
// ([channels, height, width]); torch.jit.load reads it, with parameters that can be trained on.
// The program takes raw pixel values, float [batch, channels, height, width], and normalises them
// itself; it gives logits [batch, classes]. Leaves the network on the CPU and out of training.
// INTERNAL when libtorch cannot trace it.
Status WriteTorchScript(ImageNetwork& network, const Normalization& normalization,
                        torch::IntArrayRef image_shape, const std::string& path);

}  // namespace qalam::nas
