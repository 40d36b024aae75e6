#include <algorithm>

#include "api/document/reader.h"

namespace qalam::document {

namespace {

const std::vector<std::pair<std::string, ObjectiveType>> kObjectiveTypes = {
    {"minimize", ObjectiveType::kMinimize}, {"maximize", ObjectiveType::kMaximize}};
const std::vector<std::pair<std::string, MetricStrategyType>> kStrategies = {
    {"min", MetricStrategyType::kMin},
    {"max", MetricStrategyType::kMax},
    {"latest", MetricStrategyType::kLatest}};

// "" where there is none, which is a fault if the field is there.
std::string ReadMetricName(Reader& reader, const Field& field) {
  std::string name = reader.Text(field).value_or("");
  if (field.present() && name.empty()) reader.AddFault(field, "should not be empty");
  return name;
}

void ReadStrategies(Reader& reader, const Field& list, Objective& objective) {
  const std::vector<std::string> metrics = MetricNames(objective);
  for (const Field& item : reader.Items(list)) {
    if (!reader.CheckMap(item, {"name", "value"})) continue;
    const Field name = Reader::Child(item, "name");
    const Field value = Reader::Child(item, "value");
    const bool has_name = reader.Require(item, name, "the name of a metric");
    const bool has_value = reader.Require(item, value, "min, max or latest");
    const auto strategy = reader.Choice(value, kStrategies);
    if (!has_name || !has_value || !strategy) continue;
    const std::string metric = reader.Text(name).value_or("");
    if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) {
      reader.AddFault(name, fmt::format("\"{}\" is no metric of this experiment{}; allowed: {}",
                                        metric, DidYouMean(metric, metrics), OneOf(metrics)));
    }
    objective.metric_strategies.push_back({metric, *strategy});
  }
}

// As Katib defaults them: the extreme that the objective seeks, for every metric not named. A
// further objective seeks its own.
void DefaultStrategies(Objective& objective) {
  const auto usual = [](ObjectiveType type) {
    return type == ObjectiveType::kMinimize ? MetricStrategyType::kMin : MetricStrategyType::kMax;
  };
  std::map<std::string, MetricStrategyType> of_further;
  for (const auto& further : objective.additional_objectives) {
    of_further[further.metric_name] = usual(further.type);
  }
  for (const auto& metric : MetricNames(objective)) {
    const bool given =
        std::any_of(objective.metric_strategies.begin(), objective.metric_strategies.end(),
                    [&](const MetricStrategy& strategy) { return strategy.name == metric; });
    if (given) continue;
    const auto further = of_further.find(metric);
    objective.metric_strategies.push_back(
        {metric, further == of_further.end() ? usual(objective.type) : further->second});
  }
}

void ReadAdditionalObjectives(Reader& reader, const Field& list, Objective& objective) {
  std::vector<std::string> seen = {objective.metric_name};
  for (const Field& item : reader.Items(list)) {
    if (!reader.CheckMap(item, {"metricName", "type", "goal"})) continue;
    const Field name = Reader::Child(item, "metricName");
    const Field type = Reader::Child(item, "type");
    reader.Require(item, name, "the metric's name");
    reader.Require(item, type, "minimize or maximize");
    const std::string metric = ReadMetricName(reader, name);
    if (!metric.empty() && std::find(seen.begin(), seen.end(), metric) != seen.end()) {
      reader.AddFault(name, fmt::format("\"{}\" is an objective already", metric));
    }
    seen.push_back(metric);
    objective.additional_objectives.push_back(
        {metric, reader.Choice(type, kObjectiveTypes).value_or(ObjectiveType::kMinimize),
         reader.Number(Reader::Child(item, "goal"))});
  }
}

}  // namespace

Objective ReadObjective(Reader& reader, const Field& spec) {
  const Field field = Reader::Child(spec, "objective");
  Objective objective;
  if (!reader.Require(spec, field, "what to optimise: type and objectiveMetricName") ||
      !reader.CheckMap(field, {"type", "goal", "objectiveMetricName", "additionalMetricNames",
                               "metricStrategies", "additionalObjectives"})) {
    return objective;
  }
  const Field type = Reader::Child(field, "type");
  if (reader.Require(field, type, "minimize or maximize")) {
    objective.type = reader.Choice(type, kObjectiveTypes).value_or(ObjectiveType::kMaximize);
  }
  objective.goal = reader.Number(Reader::Child(field, "goal"));
  const Field name = Reader::Child(field, "objectiveMetricName");
  if (reader.Require(field, name, "the name of the metric to optimise")) {
    objective.metric_name = ReadMetricName(reader, name);
  }
  for (const Field& item : reader.Items(Reader::Child(field, "additionalMetricNames"))) {
    const std::string metric = ReadMetricName(reader, item);
    auto& names = objective.additional_metric_names;
    if (metric.empty()) continue;
    if (metric == objective.metric_name ||
        std::find(names.begin(), names.end(), metric) != names.end()) {
      reader.AddFault(item, fmt::format("\"{}\" is named twice", metric));
    } else {
      names.push_back(metric);
    }
  }
  ReadAdditionalObjectives(reader, Reader::Child(field, "additionalObjectives"), objective);
  ReadStrategies(reader, Reader::Child(field, "metricStrategies"), objective);
  DefaultStrategies(objective);
  return objective;
}

}  // namespace qalam::document
