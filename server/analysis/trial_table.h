// The trials of an experiment as columns: what charts draw, and what trials are sorted and filtered
// by without a look into the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/experiment.h"
#include "db/store.h"

namespace qalam {

// Texts as indices into those that occur; -1 where a trial has none.
struct WordColumn {
  std::string name;
  std::vector<std::string> words;
  std::vector<int32_t> values;
};

// NaN where a trial has no value, in all columns of numbers.
struct NumberColumn {
  std::string name;
  bool is_log = false;  // drawn from a logarithmic distribution
  std::vector<double> values;
};

struct ObjectiveColumn {
  std::string metric;
  ObjectiveType type = ObjectiveType::kMaximize;
  std::vector<double> values;
};

struct MetricColumn {
  std::string name;
  MetricStrategyType strategy = MetricStrategyType::kLatest;  // which one stands for the trial
  std::vector<double> latest, min, max;
  std::vector<char> reported;  // 1 even where all that came is NaN
  const std::vector<double>& Values() const {
    return strategy == MetricStrategyType::kMin   ? min
           : strategy == MetricStrategyType::kMax ? max
                                                  : latest;
  }
};

// Where a parameter stands: in TrialColumns::number_parameters or in word_parameters.
struct ParameterPlace {
  bool is_number = false;
  size_t index = 0;
};

// Every column has a row for each trial, by growing number.
struct TrialColumns {
  std::vector<int64_t> numbers;
  std::vector<std::string> names;
  std::vector<std::string> uids;
  std::vector<TrialState> states;
  std::vector<Time> created, started, completed;  // InfinitePast: not yet
  std::vector<ObjectiveColumn> objectives;        // the main one first
  std::vector<char> feasible;
  std::vector<ParameterPlace> parameters;  // in the document's order
  std::vector<NumberColumn> number_parameters;
  std::vector<WordColumn> word_parameters;
  std::vector<MetricColumn> metrics;  // those of the objective first, then as they came
  std::vector<WordColumn> labels;     // as they came
};

// A program may report any number of names; later ones are left out of the columns.
inline constexpr size_t kMostMetricColumns = 64;
inline constexpr size_t kMostLabelColumns = 64;

// Not thread-safe; copies are independent.
class TrialTable {
 public:
  explicit TrialTable(const ExperimentSpec& spec);

  // Adds the trial, or replaces the one of its number. Needs its metrics. O(columns), but O(trials)
  // for a new one whose number is not the largest.
  void Put(const TrialRecord& trial);

  const TrialColumns& columns() const { return columns_; }
  size_t size() const { return columns_.numbers.size(); }
  std::optional<size_t> RowOf(int64_t number) const;

 private:
  // From a word to its index, for each WordColumn.
  using WordIndex = std::unordered_map<std::string, int32_t>;

  size_t RowFor(int64_t number);
  void PutParameter(const Assignment& assignment, size_t row);
  void PutMetric(const MetricSummary& metric, size_t row);
  void PutLabel(const std::string& name, const std::string& value, size_t row);

  TrialColumns columns_;
  std::unordered_map<std::string, size_t> parameter_by_name_, metric_by_name_, label_by_name_;
  std::vector<WordIndex> parameter_words_, label_words_;
};

// All trials of the experiment, read in parts so that little is held at once. What changes meanwhile
// may be missing: note how far the changes are before, and Put those that come after.
StatusOr<TrialTable> LoadTrialTable(Store& store, const std::string& experiment_uid,
                                    const ExperimentSpec& spec);

enum class TableNumbers {
  kExact,  // the shortest text that reads back the same
  kShort,  // in single precision, but for whole numbers: for drawing, about 0.6 of the size
};

// The answer of GET .../table, in which the changes up to `change` are contained; null for what is
// not there or not finite.
std::string PrintTrialTable(const TrialColumns& columns, int64_t change,
                            TableNumbers numbers = TableNumbers::kExact);

}  // namespace qalam
