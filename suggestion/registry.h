// Every algorithm, one row each. Validation, `qalam algorithms`, the docs page, the web form and
// the conformance suite are all derived from this table.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "suggestion/sampler.h"
#include "suggestion/settings.h"

namespace qalam {

struct SamplerContext {
  const SearchSpace& space;
  const Settings& settings;  // checked against the schema, defaults filled in
  uint64_t seed = 0;         // random_state where given, else the experiment's
  std::optional<int64_t> max_trial_count;
  int64_t parallel_trial_count = 1;
  int objective_count = 1;
  int constraint_count = 0;  // outcome constraints: the length of TrialResult::violations

  // The same experiment, as an algorithm sees it that another one works with.
  SamplerContext With(const SearchSpace& its_space, const Settings& its_settings) const {
    return {.space = its_space,
            .settings = its_settings,
            .seed = seed,
            .max_trial_count = max_trial_count,
            .parallel_trial_count = parallel_trial_count,
            .objective_count = objective_count,
            .constraint_count = constraint_count};
  }
};

struct Capabilities {
  bool conditional = false;
  bool multi_objective = false;
  bool constraints = false;   // outcome constraints; those over parameters every sampler keeps
  bool fidelity = false;      // needs a resource parameter, named by the setting resource_name
  bool exhaustible = false;   // ends by itself when the space has been tried
  bool needs_finite = false;  // every dimension must have finitely many values
  // Its one trial searches by itself, as spec.nasConfig says; proposed again whenever asked.
  bool one_shot = false;
};

struct AlgorithmEntry {
  std::string name;
  std::string summary;
  std::string citation;
  std::vector<SettingSchema> settings;
  Capabilities capabilities;
  // Further checks that a schema cannot say; may be null.
  Status (*check)(const SearchSpace&, const Settings&);
  std::unique_ptr<Sampler> (*create)(const SamplerContext&);
  // Other names under which experiments may ask for it.
  std::vector<std::string> aliases = {};
};

std::span<const AlgorithmEntry> AlgorithmRegistry();
// By its name or an alias; null when there is none.
const AlgorithmEntry* FindAlgorithm(const std::string& name);

// Checks name, settings and space and makes the sampler. It keeps the constraints of `space`, whose
// parameters are `spec`'s. INVALID_ARGUMENT in the style of Katib:
// "unknown algorithm name X", "unknown setting Y for algorithm X", "Z should be ...".
StatusOr<std::unique_ptr<Sampler>> CreateSampler(const ExperimentSpec& spec,
                                                 const SearchSpace& space, uint64_t seed);

// The registry as the document validator sees it.
const AlgorithmCatalog& RegisteredAlgorithms();

}  // namespace qalam
