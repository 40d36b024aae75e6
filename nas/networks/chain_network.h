// The network of a chain of layers with skip connections, as Katib's ENAS example builds it.
#pragma once

#include <memory>

#include "base/status.h"
#include "nas/architecture/chain_architecture.h"
#include "nas/networks/chain_operations.h"
#include "nas/networks/image_network.h"

namespace qalam::nas {

// The images that the chain is for. INVALID_ARGUMENT unless input_sizes is height, width, channels.
StatusOr<FeatureShape> ChainInput(const ChainNetwork& chain);

// Each layer reads, side by side, what the one before it gives and what its skips bring, smaller
// features being surrounded by zeros; at the end the mean over the image, dropout and a linear
// layer of output_sizes' last number of classes. With fresh weights from libtorch's own generator.
StatusOr<std::shared_ptr<ImageNetwork>> MakeChainNetwork(const ChainNetwork& chain);

}  // namespace qalam::nas
