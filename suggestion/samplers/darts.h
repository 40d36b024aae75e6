#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Differentiable architecture search (Liu, Simonyan, Yang, ICLR 2019) happens inside a trial; what
// is proposed says what to search and how (suggestion/architecture/one_shot_form.h). Every proposal
// is the same, since a repetition with other random weights is what a further trial is for.
std::unique_ptr<Sampler> MakeDartsSampler(const SamplerContext& context);

}  // namespace qalam
