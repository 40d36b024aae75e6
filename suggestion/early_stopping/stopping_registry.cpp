#include "suggestion/early_stopping/stopping_registry.h"

#include <algorithm>

#include "api/document/names.h"
#include "suggestion/early_stopping/dominated_stop.h"
#include "suggestion/early_stopping/halving_stop.h"
#include "suggestion/early_stopping/hyperband_stop.h"
#include "suggestion/early_stopping/patience_stop.h"
#include "suggestion/early_stopping/quantile_stop.h"
#include "suggestion/early_stopping/threshold_stop.h"

namespace qalam {

namespace {

std::vector<SettingSchema> WithMetric(std::vector<SettingSchema> settings) {
  settings.push_back({.name = kStoppingMetricSetting,
                      .type = SettingType::kString,
                      .help = "The metric that is watched; the objective when left out."});
  return settings;
}

const std::vector<StoppingEntry>& StoppingEntries() {
  static const std::vector<StoppingEntry> entries = {
      {.name = "medianstop",
       .summary = "Stops what is worse than the median of the other trials' running averages.",
       .citation = "Golovin et al., Google Vizier, KDD 2017, section 3.2.1",
       .settings = WithMetric(MedianStopSettings()),
       .check = nullptr,
       .create = MakeMedianStop,
       .has_bounds = true},
      {.name = "percentile",
       .summary = "Stops what is not among the best percent of trials.",
       .citation = "The form of Golovin et al., KDD 2017, section 3.2.1, with another share",
       .settings = WithMetric(PercentileStopSettings()),
       .check = nullptr,
       .create = MakePercentileStop,
       .has_bounds = true},
      {.name = "patience",
       .summary = "Stops what has not improved for a while.",
       .citation = "Prechelt, Early stopping - but when?, 1998",
       .settings = WithMetric(PatienceStopSettings()),
       .check = nullptr,
       .create = MakePatienceStop,
       .of_one_trial = true},
      {.name = "threshold",
       .summary = "Stops what leaves given bounds or is not a number.",
       .citation = "",
       .settings = WithMetric(ThresholdStopSettings()),
       .check = CheckThresholdStop,
       .create = MakeThresholdStop,
       .of_one_trial = true,
       .has_bounds = true},
      {.name = "asha",
       .summary = "Lets the best 1 / eta of those that reach a rung go on.",
       .citation = "Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020",
       .settings = WithMetric(HalvingStopSettings()),
       .check = nullptr,
       .create = MakeHalvingStop},
      {.name = "hyperband",
       .summary = "As asha, in several brackets, of which some wait longer for slow starters.",
       .citation = "Li et al., Hyperband, JMLR 18, 2018",
       .settings = WithMetric(HyperbandStopSettings()),
       .check = CheckHyperbandStop,
       .create = MakeHyperbandStop},
      {.name = "dominated",
       .summary = "Stops what others beat in every one of several objectives.",
       .citation = "",
       .settings = DominatedStopSettings(),
       .check = nullptr,
       .create = MakeDominatedStop,
       .watches_all_objectives = true},
  };
  return entries;
}

std::vector<WatchedMetric> Objectives(const ExperimentSpec& spec) {
  std::vector<WatchedMetric> found = {
      {spec.objective.metric_name, spec.objective.type == ObjectiveType::kMaximize}};
  for (const auto& further : spec.objective.additional_objectives) {
    found.push_back({further.metric_name, further.type == ObjectiveType::kMaximize});
  }
  return found;
}

// The objectives, the main one first, then the additional metrics of which the document says by
// their strategy whether low or high is good.
std::vector<WatchedMetric> Watchable(const ExperimentSpec& spec) {
  auto found = Objectives(spec);
  const auto& additional = spec.objective.additional_metric_names;
  for (const auto& strategy : spec.objective.metric_strategies) {
    if (strategy.value == MetricStrategyType::kLatest ||
        std::find(additional.begin(), additional.end(), strategy.name) == additional.end()) {
      continue;
    }
    found.push_back({strategy.name, strategy.value == MetricStrategyType::kMax});
  }
  return found;
}

int IndexOf(const std::vector<Setting>& settings, const std::string& name) {
  const auto entry = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return entry == settings.end() ? -1 : static_cast<int>(entry - settings.begin());
}

}  // namespace

SettingSchema StartStepSetting(const char* default_value) {
  return {.name = "start_step",
          .type = SettingType::kInt,
          .default_value = default_value,
          .help = "No trial is stopped before this step.",
          .min = 1};
}

std::span<const StoppingEntry> StoppingRegistry() { return StoppingEntries(); }

const StoppingEntry* FindStoppingRule(const std::string& name) {
  for (const auto& entry : StoppingEntries()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::vector<AlgorithmCatalog::AlgorithmFault> CheckEarlyStopping(const ExperimentSpec& spec) {
  constexpr auto kPart = AlgorithmCatalog::Part::kEarlyStopping;
  std::vector<AlgorithmCatalog::AlgorithmFault> faults;
  if (!spec.early_stopping) return faults;
  const EarlyStopping& given = *spec.early_stopping;
  const StoppingEntry* entry = FindStoppingRule(given.algorithm_name);
  if (entry == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : StoppingEntries()) names.push_back(known.name);
    return {{-1,
             fmt::format("unknown early stopping rule {}{}; allowed: {}", given.algorithm_name,
                         document::DidYouMean(given.algorithm_name, names), document::OneOf(names)),
             kPart}};
  }
  Settings settings;
  for (auto& fault : Settings::Parse(entry->name, entry->settings, given.settings, &settings)) {
    faults.push_back({fault.index, std::move(fault.message), kPart});
  }
  if (!faults.empty()) return faults;
  if (entry->check != nullptr) {
    const Status status = entry->check(settings);
    if (!status.ok()) faults.push_back({-1, Message(status), kPart});
  }
  if (entry->watches_all_objectives && Objectives(spec).size() < 2) {
    faults.push_back({-1,
                      fmt::format("{} compares several objectives, and there is one; add further "
                                  "ones in objective.additionalObjectives, or take a rule that "
                                  "watches one metric, medianstop for instance",
                                  entry->name),
                      kPart});
  }
  if (settings.Has(kStoppingMetricSetting)) {
    const std::string& metric = settings.String(kStoppingMetricSetting);
    std::vector<std::string> names;
    for (const auto& watchable : Watchable(spec)) names.push_back(watchable.name);
    if (std::find(names.begin(), names.end(), metric) == names.end()) {
      faults.push_back({IndexOf(given.settings, kStoppingMetricSetting),
                        fmt::format("metric should be an objective, or an additional metric whose "
                                    "strategy is min or max{}; allowed: {}",
                                    document::DidYouMean(metric, names), document::OneOf(names)),
                        kPart});
    }
  }
  return faults;
}

StatusOr<std::optional<EarlyStoppingRule>> CreateEarlyStopping(const ExperimentSpec& spec) {
  if (!spec.early_stopping) return std::optional<EarlyStoppingRule>();
  const auto faults = CheckEarlyStopping(spec);
  if (!faults.empty()) return InvalidArgument("{}", faults.front().message);
  const StoppingEntry& entry = *FindStoppingRule(spec.early_stopping->algorithm_name);
  Settings settings;
  Settings::Parse(entry.name, entry.settings, spec.early_stopping->settings, &settings);
  EarlyStoppingRule made;
  if (entry.watches_all_objectives) {
    made.metrics = Objectives(spec);
  } else {
    const auto watchable = Watchable(spec);
    const std::string& name = settings.Has(kStoppingMetricSetting)
                                  ? settings.String(kStoppingMetricSetting)
                                  : watchable.front().name;
    made.metrics.push_back(*std::find_if(watchable.begin(), watchable.end(),
                                         [&](const auto& metric) { return metric.name == name; }));
  }
  made.rule = entry.create({.settings = settings, .maximize = made.metrics.front().maximize});
  return std::optional<EarlyStoppingRule>(std::move(made));
}

}  // namespace qalam
