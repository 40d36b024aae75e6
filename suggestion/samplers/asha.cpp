#include "suggestion/samplers/asha.h"

#include "suggestion/multi_fidelity/bracket_sampler.h"

namespace qalam {

std::unique_ptr<Sampler> MakeAshaSampler(const SamplerContext& context) {
  const auto ladder = ResourceLadder::Create(context.space, context.settings).value();
  return MakeBracketSampler(context, ladder, {.brackets = {{.first_level = 0}}});
}

}  // namespace qalam
