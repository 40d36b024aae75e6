#pragma once

#include <vector>

#include "suggestion/evolution_strategy/latent_space.h"
#include "suggestion/evolution_strategy/search_distribution.h"

namespace qalam {

// Keeps stepped, int and list parameters moving when the distribution has become narrower than
// their cells: mean and scale are corrected so that a sample leaves the mean's cell with
// probability `margin` or more, half of it to either side. Hamano, Saito, Nomura, Shirakawa,
// "CMA-ES with Margin", GECCO 2022 (arXiv:2205.13482), section 4: binary and outermost cells by its
// equation 11, inner cells by its equations 15 to 20. They recommend margin = 1 / (n lambda).
void ApplyMargin(const std::vector<LatentSpace::Number>& numbers, double margin,
                 SearchDistribution& distribution);

// Lets the mean of a continuous parameter lie beyond a face of the cube, but no farther than where
// a fair share of the samples still falls inside.
void KeepNearCube(const std::vector<LatentSpace::Number>& numbers,
                  SearchDistribution& distribution);

}  // namespace qalam
