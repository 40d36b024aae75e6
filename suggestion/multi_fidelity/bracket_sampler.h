#pragma once

#include <memory>
#include <vector>

#include "suggestion/multi_fidelity/resource_ladder.h"
#include "suggestion/registry.h"

namespace qalam {

// One bracket: how many configurations begin at which level, in one round.
struct Bracket {
  size_t first_level = 0;
  int64_t configurations = 1;
};

// Makes the sampler that proposes configurations from the results of one level; null for uniform
// draws. Its context's space is without the resource.
using MakeModel = std::unique_ptr<Sampler> (*)(const SamplerContext&);

// What the multi-fidelity algorithms share: promotions first, the highest level before the others;
// when none is due, a new configuration in the bracket whose turn it is. Proposals carry the labels
// "bracket" and "rung", for people.
struct BracketSamplerOptions {
  std::vector<Bracket> brackets;  // taken in turn, over and over
  MakeModel make_model = nullptr;
};
std::unique_ptr<Sampler> MakeBracketSampler(const SamplerContext& context,
                                            const ResourceLadder& ladder,
                                            BracketSamplerOptions options);

// Hyperband's schedule: bracket s, from the largest down, begins ceil((s_max + 1) / (s + 1) *
// eta^s) configurations at R / eta^s. Li et al., JMLR 18, 2018, algorithm 1.
std::vector<Bracket> HyperbandBrackets(const ResourceLadder& ladder);

// The check of every algorithm that has a resource.
Status CheckResource(const SearchSpace& space, const Settings& settings);

}  // namespace qalam
