// Every early stopping rule, one row each. Validation and `qalam algorithms` are derived from this
// table.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "suggestion/early_stopping/stopping_rule.h"
#include "suggestion/settings.h"

namespace qalam {

// Of the rules that watch one metric: which.
inline constexpr char kStoppingMetricSetting[] = "metric";

struct StoppingContext {
  const Settings& settings;  // checked against the schema, defaults filled in
  bool maximize = false;     // losses are the (first) metric's negative
};

struct StoppingEntry {
  std::string name;
  std::string summary;
  std::string citation;
  std::vector<SettingSchema> settings;
  // Further checks that a schema cannot say; may be null.
  Status (*check)(const Settings&);
  std::unique_ptr<StoppingRule> (*create)(const StoppingContext&);
  // It watches every objective, of which it wants several; else one metric.
  bool watches_all_objectives = false;
  // Looks at the judged trial's own points alone, so that whoever has those can judge.
  bool of_one_trial = false;
  // StoppingRule::Bounds says what it does, as far as one trial alone can be judged.
  bool has_bounds = false;
};

// Of the rules that let a trial begin before they look at it.
SettingSchema StartStepSetting(const char* default_value);

std::span<const StoppingEntry> StoppingRegistry();
// Null when there is none of that name.
const StoppingEntry* FindStoppingRule(const std::string& name);

// Of a document: the rule's name, its settings, and the metrics that it watches. At most one with
// the index of each setting.
std::vector<AlgorithmCatalog::AlgorithmFault> CheckEarlyStopping(const ExperimentSpec& spec);

struct WatchedMetric {
  std::string name;
  bool maximize = false;
};

// A rule and what it watches.
struct EarlyStoppingRule {
  std::unique_ptr<StoppingRule> rule;
  std::vector<WatchedMetric> metrics;  // at least one; as StoppingRule's curves are ordered
};
// Nullopt when the experiment has none. INVALID_ARGUMENT with the first of CheckEarlyStopping's
// faults.
StatusOr<std::optional<EarlyStoppingRule>> CreateEarlyStopping(const ExperimentSpec& spec);

}  // namespace qalam
