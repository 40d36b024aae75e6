#include "suggestion/samplers/bohb.h"

#include "suggestion/multi_fidelity/bracket_sampler.h"
#include "suggestion/samplers/multivariate_tpe.h"
#include "suggestion/samplers/tpe_history.h"

namespace qalam {

namespace {

std::unique_ptr<Sampler> MakeConfigurationModel(const SamplerContext& context) {
  Settings settings;
  // The bracket sampler waits for results enough; the model itself is to start at once.
  Settings::Parse("multivariate-tpe", TpeSettings(), {{"n_startup_trials", "0"}}, &settings);
  return MakeMultivariateTpeSampler({.space = context.space,
                                     .settings = settings,
                                     .seed = context.seed,
                                     .max_trial_count = context.max_trial_count,
                                     .parallel_trial_count = context.parallel_trial_count});
}

}  // namespace

std::unique_ptr<Sampler> MakeBohbSampler(const SamplerContext& context) {
  const auto ladder = ResourceLadder::Create(context.space, context.settings).value();
  return MakeBracketSampler(
      context, ladder,
      {.brackets = HyperbandBrackets(ladder), .make_model = MakeConfigurationModel});
}

}  // namespace qalam
