#pragma once

#include <memory>

#include "suggestion/architecture/derived_form.h"

namespace qalam {

// A chain's parameters: layer by layer one categorical for its operation and one of 0 or 1 for each
// skip. Trials get `architecture` and `nn_config` (nas/architecture/chain_architecture.h).
std::unique_ptr<DerivedForm> MakeChainForm(nas::ChainSpace space);

}  // namespace qalam
