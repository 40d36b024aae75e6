#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Bayesian optimisation with Gaussian processes: the next trial is where the expected improvement
// over the best so far is largest (Jones, Schonlau, Welch, J. Global Optimization 13, 1998), its
// logarithm maximised (Ament et al., NeurIPS 2023), with lengthscale priors that scale with the
// dimension (Hvarfner et al., ICML 2024). Pending trials are believed to give what is predicted for
// them (the kriging believer of Ginsbourger et al., 2010).
std::unique_ptr<Sampler> MakeBayesianOptimizationSampler(const SamplerContext& context);

std::vector<SettingSchema> BayesianOptimizationSettings();

}  // namespace qalam
