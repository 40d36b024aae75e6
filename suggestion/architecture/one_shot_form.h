#pragma once

#include <memory>

#include "nas/architecture/chain_space.h"
#include "suggestion/architecture/derived_form.h"
#include "suggestion/settings.h"

namespace qalam {

// The settings that Katib's DARTS takes, with its defaults. Its trials get those that were given as
// they were written.
std::vector<SettingSchema> OneShotSettings();

// Every fault of the layers and operations.
std::vector<nas::ChainFault> CheckOneShot(const nas::ChainDescription& description);

// A space of one point: the trial searches by itself. It gets `algorithm-settings`, `search-space`
// (the operations' names, e.g. separable_convolution_3x3: the type and each value of the first
// parameter) and `num-layers`. `description` must be without faults.
std::unique_ptr<DerivedForm> MakeOneShotForm(const nas::ChainDescription& description,
                                             const std::vector<Setting>& settings);

}  // namespace qalam
