#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Population based training: a trial goes on from the checkpoint of an earlier one. Jaderberg et
// al., "Population based training of neural networks", arXiv:1711.09846, sections 3 and 4.1
// (truncation selection), with Katib's rule that every member explores.
//
// Trial n is generation n / population of member n % population, so that nothing but its number
// says where it belongs. Its parent, always of an earlier generation, is the member's own last
// trial, or, when that is among the worst `truncation_threshold` of the members' last trials,
// failed, or has not ended yet, one drawn from the best. Its label "parent" is the parent's trial
// number: the controller copies that trial's checkpoint folder before it starts. The label
// "generation" is for people.
std::unique_ptr<Sampler> MakePopulationBasedTrainingSampler(const SamplerContext& context);
std::vector<SettingSchema> PopulationBasedTrainingSettings();

}  // namespace qalam
