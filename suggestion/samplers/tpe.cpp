#include "suggestion/samplers/tpe.h"

#include "suggestion/samplers/parzen_sampler.h"

namespace qalam {

std::unique_ptr<Sampler> MakeTpeSampler(const SamplerContext& context) {
  return MakeParzenSampler(context, /*correlated=*/false);
}

}  // namespace qalam
