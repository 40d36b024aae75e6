#include "server/analysis/trial_importance.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "server/analysis/json_text.h"
#include "suggestion/importance/importance.h"

namespace qalam {

namespace {

// The trials that count, by number.
std::vector<int64_t> ChooseTrials(const TrialColumns& columns, const ObjectiveColumn& objective,
                                  uint64_t seed) {
  std::vector<int64_t> numbers;
  for (size_t row = 0; row < columns.numbers.size(); ++row) {
    const TrialState state = columns.states[row];
    if (state != TrialState::kSucceeded && state != TrialState::kEarlyStopped) continue;
    if (std::isfinite(objective.values[row])) numbers.push_back(columns.numbers[row]);
  }
  if (numbers.size() <= kMostImportanceTrials) return numbers;
  RandomStream random(seed, 0, "importance.stored-trials");
  for (size_t i = 0; i < kMostImportanceTrials; ++i) {
    std::swap(numbers[i], numbers[i + random.UniformInt(numbers.size() - i)]);
  }
  numbers.resize(kMostImportanceTrials);
  return numbers;
}

std::string Print(const ImportanceEvaluator& evaluator, const ObjectiveColumn& objective,
                  const Importance& importance) {
  std::string json = "{\"evaluator\":";
  AppendJsonString(json, evaluator.name);
  json += ",\"objective\":";
  AppendJsonString(json, objective.metric);
  json += ",\"trials\":";
  AppendJsonInt(json, static_cast<int64_t>(importance.trials));
  json += ",\"importances\":";
  AppendJsonList(json, importance.parameters, [](std::string& out, const auto& part) {
    out += "{\"parameter\":";
    AppendJsonString(out, part.parameter);
    out += ",\"importance\":";
    AppendJsonNumber(out, part.importance);
    out += '}';
  });
  json += ",\"pairs\":";
  AppendJsonList(json, importance.pairs, [](std::string& out, const auto& pair) {
    out += "{\"parameters\":[";
    AppendJsonString(out, pair.first);
    out += ',';
    AppendJsonString(out, pair.second);
    out += "],\"importance\":";
    AppendJsonNumber(out, pair.importance);
    out += '}';
  });
  json += '}';
  return json;
}

}  // namespace

StatusOr<std::string> ImportanceJson(Store& store, const ExperimentRecord& experiment,
                                     const ExperimentSpec& spec, const TrialColumns& columns,
                                     const ImportanceQuery& query) {
  ASSIGN_OR_RETURN(const auto* const evaluator,
                   FindImportanceEvaluator(query.evaluator.empty() ? "fanova" : query.evaluator));
  if (query.objective < 0 || static_cast<size_t>(query.objective) >= columns.objectives.size()) {
    return InvalidArgument("objective: there is none of number {}; {} to {} are allowed",
                           query.objective, 0, columns.objectives.size() - 1);
  }
  const ObjectiveColumn& objective = columns.objectives[query.objective];
  ASSIGN_OR_RETURN(const auto space, SearchSpace::ForExperiment(spec));
  ImportanceInput input{.space = &space, .seed = experiment.seed};
  const auto numbers = ChooseTrials(columns, objective, experiment.seed);
  // No number at all would mean any.
  std::vector<TrialRecord> trials;
  if (!numbers.empty()) {
    ASSIGN_OR_RETURN(
        trials, store.ListTrials(
                    {.experiment_uid = experiment.uid, .numbers = numbers, .with_metrics = false}));
  }
  const double sign = objective.type == ObjectiveType::kMinimize ? 1 : -1;
  for (const auto& trial : trials) {
    auto point = space.Parse(trial.parameters);
    const auto& all = columns.numbers;
    const size_t row = std::lower_bound(all.begin(), all.end(), trial.number) - all.begin();
    // A point of elsewhere says nothing of this space.
    if (!point.ok()) continue;
    input.points.push_back(*std::move(point));
    input.losses.push_back(sign * objective.values[row]);
  }
  ASSIGN_OR_RETURN(const auto importance, evaluator->evaluate(input));
  return Print(*evaluator, objective, importance);
}

}  // namespace qalam
