#include "suggestion/samplers/multivariate_tpe.h"

#include "suggestion/samplers/parzen_sampler.h"

namespace qalam {

std::unique_ptr<Sampler> MakeMultivariateTpeSampler(const SamplerContext& context) {
  return MakeParzenSampler(context, /*correlated=*/true);
}

}  // namespace qalam
