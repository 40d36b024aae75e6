#include "suggestion/early_stopping/stopping_registry.h"

#include <algorithm>

#include "api/document/names.h"
#include "suggestion/early_stopping/halving_stop.h"
#include "suggestion/early_stopping/median_stop.h"
#include "suggestion/early_stopping/patience_stop.h"
#include "suggestion/early_stopping/percentile_stop.h"
#include "suggestion/early_stopping/threshold_stop.h"

namespace qalam {

namespace {

std::vector<SettingSchema> WithMetric(std::vector<SettingSchema> settings) {
  settings.push_back({.name = kStoppingMetricSetting,
                      .type = SettingType::kString,
                      .help = "The objective that is watched; the first one when left out."});
  return settings;
}

const std::vector<StoppingEntry>& StoppingEntries() {
  static const std::vector<StoppingEntry> entries = {
      {.name = "medianstop",
       .summary = "Stops what is worse than the median of the other trials' running averages.",
       .citation = "Golovin et al., Google Vizier, KDD 2017, section 3.2.1",
       .settings = WithMetric(MedianStopSettings()),
       .check = nullptr,
       .create = MakeMedianStop},
      {.name = "percentile",
       .summary = "Stops what is not among the best percent of trials.",
       .citation = "The form of Golovin et al., KDD 2017, section 3.2.1, with another share",
       .settings = WithMetric(PercentileStopSettings()),
       .check = nullptr,
       .create = MakePercentileStop},
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
       .of_one_trial = true},
      {.name = "asha",
       .summary = "Lets the best 1 / eta of those that reach a rung go on.",
       .citation = "Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020",
       .settings = WithMetric(HalvingStopSettings()),
       .check = nullptr,
       .create = MakeHalvingStop},
  };
  return entries;
}

// The objectives, the main one first, and whether each is maximised.
std::vector<std::pair<std::string, bool>> Watchable(const ExperimentSpec& spec) {
  std::vector<std::pair<std::string, bool>> found = {
      {spec.objective.metric_name, spec.objective.type == ObjectiveType::kMaximize}};
  for (const auto& further : spec.objective.additional_objectives) {
    found.emplace_back(further.metric_name, further.type == ObjectiveType::kMaximize);
  }
  return found;
}

int IndexOf(const std::vector<Setting>& settings, const std::string& name) {
  const auto entry = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return entry == settings.end() ? -1 : static_cast<int>(entry - settings.begin());
}

}  // namespace

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
  if (settings.Has(kStoppingMetricSetting)) {
    const std::string& metric = settings.String(kStoppingMetricSetting);
    std::vector<std::string> names;
    for (const auto& [name, maximize] : Watchable(spec)) names.push_back(name);
    if (std::find(names.begin(), names.end(), metric) == names.end()) {
      faults.push_back({IndexOf(given.settings, kStoppingMetricSetting),
                        fmt::format("metric should be an objective{}; allowed: {}",
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
  const auto watchable = Watchable(spec);
  auto watched = watchable.front();
  for (const auto& candidate : watchable) {
    if (settings.Has(kStoppingMetricSetting) &&
        candidate.first == settings.String(kStoppingMetricSetting)) {
      watched = candidate;
    }
  }
  EarlyStoppingRule made;
  made.metric = watched.first;
  made.maximize = watched.second;
  made.rule = entry.create({.settings = settings, .maximize = made.maximize});
  return std::optional<EarlyStoppingRule>(std::move(made));
}

}  // namespace qalam
