// The search space that spec.nasConfig describes. Every algorithm over finite spaces then searches
// architectures; what trials are told is Katib's.
#pragma once

#include <memory>
#include <vector>

#include "suggestion/architecture/derived_form.h"

namespace qalam {

// The algorithm whose single trial searches by itself (Liu, Simonyan, Yang, "DARTS: differentiable
// architecture search", ICLR 2019). With any other, each trial trains one architecture.
inline constexpr char kOneShotAlgorithm[] = "darts";

// INVALID_ARGUMENT with the first fault of the nasConfig, which the spec must have.
StatusOr<std::shared_ptr<const DerivedForm>> DeriveForm(const ExperimentSpec& spec);

// All its faults; an index counts in nasConfig.operations.
std::vector<AlgorithmCatalog::AlgorithmFault> CheckNasConfig(const ExperimentSpec& spec);

}  // namespace qalam
