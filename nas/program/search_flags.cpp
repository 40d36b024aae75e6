#include "nas/program/search_flags.h"

#include <algorithm>
#include <memory>

#include "nas/methods/katib_search.h"

namespace qalam::nas {

namespace {

constexpr int64_t kReportEvery = 10;

// A flag whose value `find` has a place for in the settings.
template <typename Number, typename Find>
void AddPlacedSetting(CLI::App* verb, SearchFlags& flags, const char* name, const char* help,
                      Find find) {
  SearchSettings defaults;
  const auto value = std::make_shared<Number>(find(defaults));
  CLI::Option* option = verb->add_option(name, *value, help)->capture_default_str();
  flags.overrides.push_back([=](SearchSettings& settings) {
    if (option->count() > 0) find(settings) = *value;
  });
}

template <typename Number>
void AddSetting(CLI::App* verb, SearchFlags& flags, const char* name, const char* help,
                Number SearchSettings::*member) {
  AddPlacedSetting<Number>(verb, flags, name, help, [member](SearchSettings& settings) -> Number& {
    return settings.*member;
  });
}

void AddNetworkSetting(CLI::App* verb, SearchFlags& flags, const char* name, const char* help,
                       int64_t NetworkShape::*member) {
  AddPlacedSetting<int64_t>(
      verb, flags, name, help,
      [member](SearchSettings& settings) -> int64_t& { return settings.network.*member; });
}

void AddSupernetFlags(CLI::App* verb, SearchFlags& flags) {
  using S = SearchSettings;
  AddNetworkSetting(verb, flags, "--cells,--num-layers", "Cells of the network",
                    &NetworkShape::cells);
  AddNetworkSetting(verb, flags, "--channels", "Channels of a node in the first cells",
                    &NetworkShape::initial_channels);
  AddNetworkSetting(verb, flags, "--stem-multiplier",
                    "Times as many come out of the stem; 0: 3 for cells of two inputs, else 1",
                    &NetworkShape::stem_multiplier);
  AddSetting(verb, flags, "--epochs", "Epochs; 0: as many as the method needs on the digits",
             &S::epochs);
  AddSetting(verb, flags, "--batch-size", "Images a step; 0: as the method needs on the digits",
             &S::batch_size);
  AddSetting(verb, flags, "--learning-rate", "Of the network, at first; 0: as the method needs",
             &S::learning_rate);
  AddSetting(verb, flags, "--minimum-learning-rate",
             "Of the network, in the end; -1: 0.001, or the learning rate where that is less",
             &S::minimum_learning_rate);
  AddSetting(verb, flags, "--momentum", "Of the network", &S::momentum);
  AddSetting(verb, flags, "--weight-decay", "Of the network", &S::weight_decay);
  AddSetting(verb, flags, "--gradient-clip", "Largest norm of its gradient; 0: none",
             &S::gradient_clip);
}

void AddMethodFlags(CLI::App* verb, SearchFlags& flags) {
  using S = SearchSettings;
  AddSetting(verb, flags, "--architecture-learning-rate", "Of the architecture's weights",
             &S::architecture_learning_rate);
  AddSetting(verb, flags, "--architecture-weight-decay", "Of the architecture's weights",
             &S::architecture_weight_decay);
  AddSetting(verb, flags, "--warm-up-epochs",
             "Epochs in which the architecture does not learn yet; -1: as the method needs",
             &S::warm_up_epochs);
  AddSetting(verb, flags, "--partial-channels", "pc-darts: one channel of so many is computed",
             &S::partial_channels);
  AddSetting(verb, flags, "--first-temperature", "gdas: of the softmax, at first",
             &S::first_temperature);
  AddSetting(verb, flags, "--last-temperature", "gdas: of the softmax, in the end",
             &S::last_temperature);
  AddSetting(verb, flags, "--candidates", "enas, random-ws: architectures to choose from",
             &S::candidates);
  AddSetting(verb, flags, "--controller-steps", "enas: updates of the controller an epoch",
             &S::controller_steps);
  AddSetting(verb, flags, "--controller-samples", "enas: architectures an update",
             &S::controller_samples);
  AddSetting(verb, flags, "--controller-learning-rate", "enas: of the controller",
             &S::controller_learning_rate);
  AddSetting(verb, flags, "--most-skips",
             "Stop at more skip connections in the normal cell than this; 0: never",
             &S::most_skips);
  AddSetting(verb, flags, "--eigenvalue-ratio",
             "Stop when the dominant eigenvalue of five epochs before is a smaller share of the "
             "present one; 0: never; published: 0.75",
             &S::eigenvalue_ratio);
}

// The operations and nodes that were asked for instead of the space's own.
Status Adapt(const SearchFlags& flags, int computed_nodes, CellSpace& space) {
  if (flags.operations_option->count() > 0) {
    ASSIGN_OR_RETURN(auto operations, ParseOperationList(flags.operations));
    // The edges of a cell must be able to be left out where all of them are kept, and Katib's DARTS
    // always adds it.
    if (std::find(operations.begin(), operations.end(), "none") == operations.end()) {
      operations.push_back("none");
    }
    space.operations = std::move(operations);
  }
  if (computed_nodes != 0) space.computed_nodes = computed_nodes;
  return CheckCellSpace(space);
}

}  // namespace

void AddSearchFlags(CLI::App* verb, SearchFlags& flags) {
  std::string methods;
  for (const MethodRow& row : Methods()) {
    methods += fmt::format("{}{}: {}", methods.empty() ? "" : "; ", row.name, row.summary);
  }
  verb->add_option("--method", flags.method, methods)->capture_default_str();
  verb->add_option("--space", flags.space, "darts or nas-bench-201")->capture_default_str();
  flags.operations_option = verb->add_option(
      "--operations,--search-space", flags.operations,
      "Operations instead of the space's, separated by commas or as Katib lists them");
  verb->add_option("--nodes", flags.nodes, "Computed nodes of a cell instead of the space's");
  AddDataFlags(verb, flags.data);
  AddAugmentationFlags(verb, flags.augmentation);
  AddComputeFlags(verb, flags.compute);
  AddSupernetFlags(verb, flags);
  AddMethodFlags(verb, flags);
  verb->add_option("--algorithm-settings", flags.algorithm_settings,
                   "Settings as Katib's suggestion service for DARTS gives them");
  verb->add_option("--checkpoint", flags.checkpoint,
                   "Folder to resume from and to keep the state in after each epoch");
  verb->add_option("--shared", flags.shared,
                   "Folder whose weights the search begins with and leaves its own in");
  verb->add_option("--output", flags.output, "File for the genotype, as JSON");
  verb->add_option("--print-step", flags.report_every, "Steps between lines of progress [10]")
      ->check(CLI::Range(1, 1'000'000));
}

StatusOr<SearchPlan> MakeSearchPlan(const SearchFlags& flags) {
  RETURN_IF_ERROR(FindMethod(flags.method).status());
  SearchPlan plan;
  plan.method = flags.method;
  plan.checkpoint = flags.checkpoint;
  plan.shared = flags.shared;
  KatibSearch search{{}, kReportEvery, 0};
  if (!flags.algorithm_settings.empty()) {
    RETURN_IF_ERROR(ApplyKatibSettings(flags.algorithm_settings, search));
  }
  for (const auto& put : flags.overrides) put(search.settings);
  plan.settings = search.settings;
  plan.settings.seed = flags.compute.seed;
  plan.settings.augmentation = flags.augmentation;
  plan.report_every = flags.report_every > 0 ? flags.report_every : search.report_every;
  if (plan.report_every < 1) {
    return InvalidArgument("algorithm-settings: print_step should be 1 or more, not {}",
                           plan.report_every);
  }
  ASSIGN_OR_RETURN(plan.space, FindCellSpace(flags.space));
  RETURN_IF_ERROR(Adapt(flags, flags.nodes != 0 ? flags.nodes : search.computed_nodes, plan.space));
  return plan;
}

}  // namespace qalam::nas
