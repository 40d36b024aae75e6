#include <algorithm>

#include "api/document/reader.h"

namespace qalam::document {

namespace {

// A map of parameter names to values. Whether the values lie in the space, only the space can say.
std::vector<Assignment> ReadPoint(Reader& reader, const Field& map, const ExperimentSpec& so_far) {
  const std::vector<std::string> names = AssignmentNames(so_far);
  std::vector<Assignment> assignments;
  for (const auto& [name, value] : reader.TextMap(map)) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      reader.AddFault({map.node, map.path + "." + name},
                      fmt::format("there is no parameter \"{}\"{}; allowed: {}", name,
                                  DidYouMean(name, names), OneOf(names)));
      continue;
    }
    assignments.push_back({name, value});
  }
  return assignments;
}

std::vector<Field> BoundedItems(Reader& reader, const Field& list) {
  auto items = reader.Items(list);
  if (items.size() <= kMostGivenTrials) return items;
  reader.AddFault(
      list, fmt::format("holds {} trials; at most {} are allowed", items.size(), kMostGivenTrials));
  return {};
}

GivenResult ReadResult(Reader& reader, const Field& item, const ExperimentSpec& so_far) {
  GivenResult result;
  if (!reader.CheckMap(item, {"parameters", "metrics"})) return result;
  const Field parameters = Reader::Child(item, "parameters");
  const Field metrics = Reader::Child(item, "metrics");
  if (reader.Require(item, parameters, "the trial's parameters")) {
    result.parameters = ReadPoint(reader, parameters, so_far);
  }
  if (!reader.Require(item, metrics, "what the trial gave, e.g. {accuracy: 0.9}")) return result;
  for (const auto& [name, text] : reader.TextMap(metrics)) {
    const Field value = Reader::Child(metrics, name);
    if (const auto number = reader.Number(value)) result.metrics[name] = *number;
  }
  return result;
}

}  // namespace

std::vector<std::vector<Assignment>> ReadInitialTrials(Reader& reader, const Field& list,
                                                       const ExperimentSpec& so_far) {
  std::vector<std::vector<Assignment>> points;
  for (const Field& item : BoundedItems(reader, list)) {
    points.push_back(ReadPoint(reader, item, so_far));
  }
  return points;
}

WarmStart ReadWarmStart(Reader& reader, const Field& field, const ExperimentSpec& so_far) {
  WarmStart warm_start;
  if (!reader.CheckMap(field, {"trials", "experiments"})) return warm_start;
  for (const Field& item : BoundedItems(reader, Reader::Child(field, "trials"))) {
    warm_start.trials.push_back(ReadResult(reader, item, so_far));
  }
  for (const Field& item : reader.Items(Reader::Child(field, "experiments"))) {
    const std::string name = reader.Text(item).value_or("");
    if (name.empty()) {
      reader.AddFault(item, "should be the name of an experiment");
    } else {
      warm_start.experiments.push_back(name);
    }
  }
  return warm_start;
}

}  // namespace qalam::document
