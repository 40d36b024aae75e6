#pragma once

#include "api/experiment.h"
#include "nas/architecture/chain_space.h"

namespace qalam {

// The document's nasConfig in the words of nas/architecture. Discrete and categorical parameters
// become lists of texts.
nas::ChainDescription DescribeChain(const NasConfig& config);

}  // namespace qalam
