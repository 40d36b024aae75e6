#include "server/analysis/trial_table.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace qalam {

namespace {

constexpr double kNoEntry = std::numeric_limits<double>::quiet_NaN();
constexpr int32_t kNoWord = -1;

template <typename Value>
void InsertAt(std::vector<Value>& values, size_t row, Value value) {
  values.insert(values.begin() + static_cast<std::ptrdiff_t>(row), std::move(value));
}

double ParseNumber(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && at == end ? value : kNoEntry;
}

bool IsLog(const Parameter& parameter) {
  const Distribution distribution = parameter.feasible_space.distribution;
  return distribution == Distribution::kLogUniform || distribution == Distribution::kLogNormal;
}

MetricStrategyType StrategyOf(const Objective& objective, const std::string& metric) {
  for (const auto& strategy : objective.metric_strategies) {
    if (strategy.name == metric) return strategy.value;
  }
  return MetricStrategyType::kLatest;
}

int32_t WordOf(WordColumn& column, std::unordered_map<std::string, int32_t>& index,
               const std::string& word) {
  const auto [entry, fresh] = index.try_emplace(word, static_cast<int32_t>(column.words.size()));
  if (fresh) column.words.push_back(word);
  return entry->second;
}

}  // namespace

TrialTable::TrialTable(const ExperimentSpec& spec) {
  const Objective& objective = spec.objective;
  columns_.objectives.push_back({objective.metric_name, objective.type, {}});
  for (const auto& further : objective.additional_objectives) {
    columns_.objectives.push_back({further.metric_name, further.type, {}});
  }
  for (const auto& parameter : spec.parameters) {
    parameter_by_name_[parameter.name] = columns_.parameters.size();
    if (parameter.type != ParameterType::kCategorical) {
      columns_.parameters.push_back({true, columns_.number_parameters.size()});
      columns_.number_parameters.push_back({parameter.name, IsLog(parameter), {}});
      continue;
    }
    columns_.parameters.push_back({false, columns_.word_parameters.size()});
    WordColumn& column = columns_.word_parameters.emplace_back();
    column.name = parameter.name;
    // All that there may be, in the document's order, so that axes show the unused ones too.
    auto& words = parameter_words_.emplace_back();
    for (const auto& word : parameter.feasible_space.list) WordOf(column, words, word);
  }
  for (const auto& name : MetricNames(objective)) {
    metric_by_name_[name] = columns_.metrics.size();
    columns_.metrics.push_back({.name = name, .strategy = StrategyOf(objective, name)});
  }
}

std::optional<size_t> TrialTable::RowOf(int64_t number) const {
  const auto& numbers = columns_.numbers;
  const auto found = std::lower_bound(numbers.begin(), numbers.end(), number);
  if (found == numbers.end() || *found != number) return std::nullopt;
  return found - numbers.begin();
}

// The trial's row, made empty.
size_t TrialTable::RowFor(int64_t number) {
  const auto& numbers = columns_.numbers;
  const size_t row = std::lower_bound(numbers.begin(), numbers.end(), number) - numbers.begin();
  const bool is_new = row == numbers.size() || numbers[row] != number;
  const auto put = [&](auto& values, auto value) {
    if (is_new) {
      InsertAt(values, row, std::move(value));
    } else {
      values[row] = std::move(value);
    }
  };
  put(columns_.numbers, number);
  put(columns_.names, std::string());
  put(columns_.uids, std::string());
  put(columns_.states, TrialState::kPending);
  for (auto* times : {&columns_.created, &columns_.started, &columns_.completed}) {
    put(*times, Time(absl::InfinitePast()));
  }
  for (auto& column : columns_.objectives) put(column.values, kNoEntry);
  put(columns_.feasible, char{1});
  for (auto& column : columns_.number_parameters) put(column.values, kNoEntry);
  for (auto& column : columns_.word_parameters) put(column.values, kNoWord);
  for (auto& column : columns_.metrics) {
    for (auto* values : {&column.latest, &column.min, &column.max}) put(*values, kNoEntry);
    put(column.reported, char{0});
  }
  for (auto& column : columns_.labels) put(column.values, kNoWord);
  return row;
}

void TrialTable::PutParameter(const Assignment& assignment, size_t row) {
  const auto found = parameter_by_name_.find(assignment.name);
  if (found == parameter_by_name_.end()) return;  // of spec.nasConfig: a text for each trial
  const ParameterPlace& place = columns_.parameters[found->second];
  if (place.is_number) {
    columns_.number_parameters[place.index].values[row] = ParseNumber(assignment.value);
  } else {
    WordColumn& column = columns_.word_parameters[place.index];
    column.values[row] = WordOf(column, parameter_words_[place.index], assignment.value);
  }
}

void TrialTable::PutMetric(const MetricSummary& metric, size_t row) {
  auto found = metric_by_name_.find(metric.name);
  if (found == metric_by_name_.end()) {
    if (columns_.metrics.size() >= kMostMetricColumns) return;
    MetricColumn& column = columns_.metrics.emplace_back();
    column.name = metric.name;
    for (auto* values : {&column.latest, &column.min, &column.max})
      values->assign(size(), kNoEntry);
    column.reported.assign(size(), 0);
    found = metric_by_name_.emplace(metric.name, columns_.metrics.size() - 1).first;
  }
  MetricColumn& column = columns_.metrics[found->second];
  column.latest[row] = metric.latest;
  column.min[row] = metric.min;
  column.max[row] = metric.max;
  column.reported[row] = 1;
}

void TrialTable::PutLabel(const std::string& name, const std::string& value, size_t row) {
  auto found = label_by_name_.find(name);
  if (found == label_by_name_.end()) {
    if (columns_.labels.size() >= kMostLabelColumns) return;
    WordColumn& column = columns_.labels.emplace_back();
    column.name = name;
    column.values.assign(size(), kNoWord);
    label_words_.emplace_back();
    found = label_by_name_.emplace(name, columns_.labels.size() - 1).first;
  }
  WordColumn& column = columns_.labels[found->second];
  column.values[row] = WordOf(column, label_words_[found->second], value);
}

void TrialTable::Put(const TrialRecord& trial) {
  const size_t row = RowFor(trial.number);
  columns_.names[row] = trial.name;
  columns_.uids[row] = trial.uid;
  columns_.states[row] = trial.state;
  columns_.created[row] = trial.created;
  columns_.started[row] = trial.started;
  columns_.completed[row] = trial.completed;
  columns_.feasible[row] = trial.IsFeasible() ? 1 : 0;
  if (trial.objective_value) {
    columns_.objectives[0].values[row] = *trial.objective_value;
    const auto& further = trial.additional_objective_values;
    for (size_t i = 0; i < further.size() && i + 1 < columns_.objectives.size(); ++i) {
      columns_.objectives[i + 1].values[row] = further[i];
    }
  }
  for (const auto& assignment : trial.parameters) PutParameter(assignment, row);
  for (const auto& metric : trial.metrics) PutMetric(metric, row);
  for (const auto& [name, value] : trial.labels) PutLabel(name, value, row);
}

StatusOr<TrialTable> LoadTrialTable(Store& store, const std::string& experiment_uid,
                                    const ExperimentSpec& spec) {
  constexpr int kPart = 2000;
  TrialTable table(spec);
  TrialQuery query{.experiment_uid = experiment_uid, .limit = kPart};
  while (true) {
    ASSIGN_OR_RETURN(const auto trials, store.ListTrials(query));
    for (const auto& trial : trials) table.Put(trial);
    if (trials.size() < kPart) return table;
    query.after_number = trials.back().number;
  }
}

}  // namespace qalam
