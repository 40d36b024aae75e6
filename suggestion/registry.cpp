#include "suggestion/registry.h"

#include <algorithm>

#include "suggestion/architecture/derived_space.h"
#include "suggestion/architecture/one_shot_form.h"
#include "suggestion/constrained_sampler.h"
#include "suggestion/early_stopping/stopping_registry.h"
#include "suggestion/given_trials.h"
#include "suggestion/multi_fidelity/bracket_sampler.h"
#include "suggestion/parameter_faults.h"
#include "suggestion/samplers/asha.h"
#include "suggestion/samplers/automatic.h"
#include "suggestion/samplers/bayesian_optimization.h"
#include "suggestion/samplers/bohb.h"
#include "suggestion/samplers/cmaes.h"
#include "suggestion/samplers/darts.h"
#include "suggestion/samplers/enas.h"
#include "suggestion/samplers/evolution.h"
#include "suggestion/samplers/grid.h"
#include "suggestion/samplers/hyperband.h"
#include "suggestion/samplers/local_search.h"
#include "suggestion/samplers/multivariate_tpe.h"
#include "suggestion/samplers/nsga2.h"
#include "suggestion/samplers/population_based_training.h"
#include "suggestion/samplers/random.h"
#include "suggestion/samplers/sobol.h"
#include "suggestion/samplers/tpe.h"
#include "suggestion/samplers/tpe_history.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

std::vector<SettingSchema> SeedOnly() { return {RandomStateSetting()}; }

const std::vector<AlgorithmEntry>& Entries() {
  static const std::vector<AlgorithmEntry> entries = {
      {"auto",
       "Chooses among the others by budget, parameters and objectives, and says why; the default.",
       "",
       SeedOnly(),
       {.conditional = true, .multi_objective = true, .constraints = true, .exhaustible = true},
       nullptr,
       MakeAutomaticSampler},
      {"random",
       "Independent draws: the baseline.",
       "Bergstra and Bengio, JMLR 13, 2012",
       SeedOnly(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       nullptr,
       MakeRandomSampler},
      {"grid",
       "Every point of a finite space once.",
       "",
       {},
       {.conditional = true,
        .multi_objective = true,
        .constraints = true,
        .exhaustible = true,
        .needs_finite = true},
       CheckGrid,
       MakeGridSampler},
      {"sobol",
       "A scrambled Sobol sequence: covers the space evenly.",
       "Owen, J. Complexity 14, 1998; Joe and Kuo, SIAM J. Sci. Comput. 30, 2008",
       SeedOnly(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       CheckSobol,
       MakeSobolSampler},
      {"tpe",
       "Tree-structured Parzen estimator: models where good and bad trials lie.",
       "Bergstra, Bardenet, Bengio, Kegl, NIPS 2011",
       TpeSettings(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       nullptr,
       MakeTpeSampler},
      {"multivariate-tpe",
       "Parzen estimator with correlated kernels: sees how parameters act together.",
       "Falkner, Klein, Hutter, ICML 2018",
       TpeSettings(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       nullptr,
       MakeMultivariateTpeSampler},
      {"asha",
       "Asynchronous successive halving: many short trials, the best of which are run longer.",
       "Li et al., MLSys 2020",
       ResourceSettings(),
       {.conditional = true, .fidelity = true},
       CheckResource,
       MakeAshaSampler},
      {"hyperband",
       "Successive halving in brackets that begin with different lengths.",
       "Li et al., JMLR 18, 2018",
       ResourceSettings(),
       {.conditional = true, .fidelity = true},
       CheckResource,
       MakeHyperbandSampler},
      {"bohb",
       "Hyperband with a Parzen estimator that learns where good configurations lie.",
       "Falkner, Klein, Hutter, ICML 2018",
       ResourceSettings(),
       {.conditional = true, .fidelity = true},
       CheckResource,
       MakeBohbSampler},
      {"pbt",
       "Population based training: trials go on from the checkpoints of the best.",
       "Jaderberg et al., arXiv:1711.09846, 2017",
       PopulationBasedTrainingSettings(),
       {.conditional = true},
       nullptr,
       MakePopulationBasedTrainingSampler},
      {"cmaes",
       "CMA-ES: adapts a normal distribution to the landscape; best with hundreds of trials.",
       "Hansen, arXiv:1604.00772; Hamano et al., GECCO 2022 and 2024; Nomura et al., AAAI 2021",
       CmaesSettings(),
       {.conditional = true, .constraints = true},
       nullptr,
       MakeCmaesSampler},
      {"bayesianoptimization",
       "Gaussian processes and expected improvement: the fewest trials when each is dear.",
       "Jones, Schonlau, Welch, J. Global Optimization 13, 1998; Hvarfner, Hellsten, Nardi, ICML "
       "2024; Ament et al., NeurIPS 2023",
       BayesianOptimizationSettings(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       nullptr,
       MakeBayesianOptimizationSampler},
      {"nsga2",
       "Genetic algorithm that sorts trials into Pareto fronts: several objectives, many trials.",
       "Deb, Pratap, Agarwal, Meyarivan, IEEE Trans. Evol. Comput. 6, 2002",
       Nsga2Settings(),
       {.conditional = true, .multi_objective = true, .constraints = true},
       nullptr,
       MakeNsga2Sampler},
      {"evolution",
       "Regularised evolution: changes one parameter of a good recent trial at a time.",
       "Real, Aggarwal, Huang, Le, AAAI 2019",
       EvolutionSettings(),
       {.conditional = true, .constraints = true},
       nullptr,
       MakeEvolutionSampler,
       {"regularized-evolution"}},
      {"local-search",
       "Hill climbing over neighbours of the best trial, with restarts: for finite spaces.",
       "White, Nolen, Savani, UAI 2021",
       LocalSearchSettings(),
       {.conditional = true, .constraints = true, .needs_finite = true},
       CheckLocalSearch,
       MakeLocalSearchSampler},
      {"enas",
       "A controller learns by policy gradients which choices make good architectures.",
       "Pham, Guan, Zoph, Le, Dean, ICML 2018; Zoph, Le, ICLR 2017",
       EnasSettings(),
       {.constraints = true, .needs_finite = true},
       CheckEnas,
       MakeEnasSampler},
      {kOneShotAlgorithm,
       "One trial that searches by itself: it trains a network of all architectures at once.",
       "Liu, Simonyan, Yang, ICLR 2019",
       OneShotSettings(),
       {.one_shot = true},
       nullptr,
       MakeDartsSampler},
  };
  return entries;
}

// The algorithms that can do something, as "a, b, c".
std::string NamesOf(bool Capabilities::*capability) {
  std::string names;
  for (const auto& entry : Entries()) {
    if (entry.capabilities.*capability) names += (names.empty() ? "" : ", ") + entry.name;
  }
  return names;
}

Status CheckSpace(const AlgorithmEntry& entry, const ExperimentSpec& spec, const SearchSpace& space,
                  const Settings& settings) {
  if (entry.capabilities.one_shot &&
      (space.derived_form() == nullptr || space.derived_form()->chain() != nullptr)) {
    return InvalidArgument("the algorithm {} needs spec.nasConfig", entry.name);
  }
  if (space.is_conditional() && !entry.capabilities.conditional) {
    return InvalidArgument("the algorithm {} does not take conditional parameters (activeWhen)",
                           entry.name);
  }
  if (!spec.objective.additional_objectives.empty() && !entry.capabilities.multi_objective) {
    return InvalidArgument("the algorithm {} takes one objective; {} take additionalObjectives",
                           entry.name, NamesOf(&Capabilities::multi_objective));
  }
  ASSIGN_OR_RETURN(const auto outcomes, ParseConstraints(spec, ConstraintKind::kOutcome));
  if (!outcomes.empty() && !entry.capabilities.constraints) {
    return InvalidArgument(
        "the algorithm {} does not take constraints over metrics (\"{}\"); {} do", entry.name,
        outcomes.front().text(), NamesOf(&Capabilities::constraints));
  }
  return entry.check == nullptr ? absl::OkStatus() : entry.check(space, settings);
}

// A constraint that holds nowhere by itself is a fault of its own; only when there is none can it
// be that they exclude each other.
std::vector<AlgorithmCatalog::AlgorithmFault> CheckConstraints(const ExperimentSpec& spec,
                                                               const SearchSpace& space) {
  using Part = AlgorithmCatalog::Part;
  std::vector<AlgorithmCatalog::AlgorithmFault> faults;
  for (const auto& constraint : space.constraints()) {
    const auto alone = SearchSpace::Create(spec.parameters, {constraint.text()});
    if (!alone.ok()) continue;
    const auto index =
        std::find(spec.constraints.begin(), spec.constraints.end(), constraint.text());
    if (const Status status = CheckFeasible(*alone); !status.ok()) {
      faults.push_back({static_cast<int>(index - spec.constraints.begin()),
                        "holds nowhere: " + Message(status), Part::kConstraints});
    }
  }
  if (const Status status = CheckFeasible(space); !status.ok() && faults.empty()) {
    faults.push_back({-1, "exclude each other: " + Message(status), Part::kConstraints});
  }
  return faults;
}

class Catalog final : public AlgorithmCatalog {
 public:
  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    for (const auto& entry : Entries()) {
      names.push_back(entry.name);
      names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
    }
    return names;
  }

  std::vector<AlgorithmFault> Check(const ExperimentSpec& spec) const override {
    std::vector<AlgorithmFault> faults;
    const AlgorithmEntry* entry = FindAlgorithm(spec.algorithm.name);
    const auto stopping = CheckEarlyStopping(spec);
    faults.insert(faults.end(), stopping.begin(), stopping.end());
    if (entry == nullptr) {
      faults.insert(faults.begin(),
                    {-1, fmt::format("unknown algorithm name {}", spec.algorithm.name)});
      return faults;
    }
    Settings settings;
    for (const auto& fault :
         Settings::Parse(entry->name, entry->settings, spec.algorithm.settings, &settings)) {
      faults.push_back({fault.index, fault.message});
    }
    if (spec.nas_config) {
      const auto more = CheckNasConfig(spec);
      faults.insert(faults.end(), more.begin(), more.end());
      if (!more.empty()) return faults;
    }
    const auto unsound = CheckParameters(spec.parameters);
    faults.insert(faults.end(), unsound.begin(), unsound.end());
    const auto space = SearchSpace::ForExperiment(spec);
    if (!space.ok()) {
      // The document's validation knows the places of most faults, and leaves this one out then.
      if (unsound.empty()) faults.push_back({-1, Message(space.status()), Part::kParameters});
      return faults;
    }
    const Status status = CheckSpace(*entry, spec, *space, settings);
    if (!status.ok()) faults.push_back({-1, Message(status)});
    const auto more = CheckConstraints(spec, *space);
    faults.insert(faults.end(), more.begin(), more.end());
    const auto given = CheckGivenTrials(spec, *space);
    faults.insert(faults.end(), given.begin(), given.end());
    return faults;
  }
};

}  // namespace

std::span<const AlgorithmEntry> AlgorithmRegistry() { return Entries(); }

const AlgorithmEntry* FindAlgorithm(const std::string& name) {
  for (const auto& entry : Entries()) {
    const auto& aliases = entry.aliases;
    if (entry.name == name || std::find(aliases.begin(), aliases.end(), name) != aliases.end()) {
      return &entry;
    }
  }
  return nullptr;
}

StatusOr<std::unique_ptr<Sampler>> CreateSampler(const ExperimentSpec& spec,
                                                 const SearchSpace& space, uint64_t seed) {
  const AlgorithmEntry* entry = FindAlgorithm(spec.algorithm.name);
  if (entry == nullptr) return InvalidArgument("unknown algorithm name {}", spec.algorithm.name);
  Settings settings;
  const auto faults =
      Settings::Parse(entry->name, entry->settings, spec.algorithm.settings, &settings);
  if (!faults.empty()) {
    std::string message;
    for (const auto& fault : faults) message += (message.empty() ? "" : "; ") + fault.message;
    return InvalidArgument("{}", message);
  }
  RETURN_IF_ERROR(CheckSpace(*entry, spec, space, settings));
  RETURN_IF_ERROR(CheckFeasible(space));
  ASSIGN_OR_RETURN(const auto outcomes, ParseConstraints(spec, ConstraintKind::kOutcome));
  if (settings.Has("random_state")) seed = static_cast<uint64_t>(settings.Int("random_state"));
  const SamplerContext context{
      .space = space,
      .settings = settings,
      .seed = seed,
      .max_trial_count = spec.max_trial_count,
      .parallel_trial_count = std::max<int64_t>(1, spec.parallel_trial_count),
      .objective_count = 1 + static_cast<int>(spec.objective.additional_objectives.size()),
      .constraint_count = static_cast<int>(outcomes.size())};
  return Constrained(entry->create(context), space);
}

const AlgorithmCatalog& RegisteredAlgorithms() {
  static const Catalog catalog;
  return catalog;
}

}  // namespace qalam
