// An architecture of a chain, and the texts by which Katib hands one to its trials.
#pragma once

#include <string>
#include <vector>

#include "nas/architecture/chain_space.h"

namespace qalam::nas {

struct ChainLayer {
  int operation = 0;  // an id of the space
  // Layer i always takes what the one before it gives. skips[k], k < i, says whether it takes the
  // output of node k too: node 0 is the network's input, node k the layer k - 1, counted from 0.
  std::vector<bool> skips;
  bool operator==(const ChainLayer&) const = default;
};

struct ChainArchitecture {
  std::vector<ChainLayer> layers;
  bool operator==(const ChainArchitecture&) const = default;
};

// The value of a trial's parameter `architecture`, e.g. "[[2], [0, 1], [1, 0, 1]]": each layer's
// operation id, then its skips.
std::string PrintChainArchitecture(const ChainArchitecture& architecture);
// The value of `nn_config`: sizes, and under `embedding` the operations that are used, by id.
std::string PrintNetworkConfig(const ChainSpace& space, const ChainArchitecture& architecture);

// Reads what PrintChainArchitecture wrote. INVALID_ARGUMENT when it is not an architecture of this
// space.
StatusOr<ChainArchitecture> ParseChainArchitecture(const ChainSpace& space,
                                                   const std::string& text);

// A chain to be built, as a trial learns it from both texts.
struct ChainNetwork {
  struct Layer {
    ChainOperation operation;
    std::vector<bool> skips;  // as in ChainLayer
  };
  std::vector<int> input_sizes, output_sizes;
  std::vector<Layer> layers;
};

// INVALID_ARGUMENT when a text is no JSON of its form, the layers are not as many as nn_config says
// or not 1 to kMostChainLayers, or an operation is not in its embedding.
StatusOr<ChainNetwork> ParseChainNetwork(const std::string& architecture,
                                         const std::string& nn_config);

}  // namespace qalam::nas
