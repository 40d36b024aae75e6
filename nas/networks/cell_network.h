// The network of a found cell architecture.
#pragma once

#include <memory>

#include "base/status.h"
#include "nas/architecture/genotype.h"
#include "nas/networks/image_network.h"
#include "nas/networks/network_plan.h"

namespace qalam::nas {

// With fresh weights from libtorch's own generator. With `auxiliary_head`, training gets a second
// classifier after two thirds of the cells. INVALID_ARGUMENT for an unsound genotype, an unknown
// operation or a shape out of bounds.
StatusOr<std::shared_ptr<ImageNetwork>> MakeCellNetwork(const Genotype& genotype,
                                                        const NetworkShape& shape,
                                                        bool auxiliary_head);

}  // namespace qalam::nas
