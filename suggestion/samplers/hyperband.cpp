#include "suggestion/samplers/hyperband.h"

#include "suggestion/multi_fidelity/bracket_sampler.h"

namespace qalam {

std::unique_ptr<Sampler> MakeHyperbandSampler(const SamplerContext& context) {
  const auto ladder = ResourceLadder::Create(context.space, context.settings).value();
  return MakeBracketSampler(context, ladder, {.brackets = HyperbandBrackets(ladder)});
}

}  // namespace qalam
