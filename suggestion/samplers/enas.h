#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Architecture search with a recurrent controller (Zoph, Le, "Neural architecture search with
// reinforcement learning", ICLR 2017; Pham, Guan, Zoph, Le, Dean, "Efficient neural architecture
// search via parameter sharing", ICML 2018). It draws architectures from the controller, which
// REINFORCE trains with each architecture's own reward (controller_training.h). On the layers of a
// nasConfig it attends over earlier layers for skips; any other parameter with finitely many values
// is a choice too, so that it searches cells as well.
std::unique_ptr<Sampler> MakeEnasSampler(const SamplerContext& context);

// Katib's settings with its defaults.
std::vector<SettingSchema> EnasSettings();
Status CheckEnas(const SearchSpace& space, const Settings& settings);

}  // namespace qalam
