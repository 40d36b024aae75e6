#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "api/document/reader.h"

namespace qalam::document {

namespace {

const std::vector<std::pair<std::string, ParameterType>> kParameterTypes = {
    {"double", ParameterType::kDouble},
    {"int", ParameterType::kInt},
    {"discrete", ParameterType::kDiscrete},
    {"categorical", ParameterType::kCategorical}};
const std::vector<std::pair<std::string, Distribution>> kDistributions = {
    {"uniform", Distribution::kUniform},
    {"logUniform", Distribution::kLogUniform},
    {"normal", Distribution::kNormal},
    {"logNormal", Distribution::kLogNormal}};

bool IsNumeric(ParameterType type) {
  return type == ParameterType::kDouble || type == ParameterType::kInt;
}

// A bound or a step, kept as written. nullopt after a fault or when absent.
std::optional<double> ReadBound(Reader& reader, const Field& field, bool whole, std::string& text) {
  const auto given = reader.Text(field);
  if (!given) return std::nullopt;
  text = *given;
  const auto number = FiniteNumber(text);
  if (!number || (whole && !WholeNumber(text))) {
    reader.AddFault(field, fmt::format("\"{}\" should be a {}", text,
                                       whole ? "whole number" : "finite number"));
    return std::nullopt;
  }
  return number;
}

void ReadRange(Reader& reader, const Field& field, Parameter& parameter) {
  FeasibleSpace& space = parameter.feasible_space;
  const bool whole = parameter.type == ParameterType::kInt;
  const Field min = Reader::Child(field, "min");
  const Field max = Reader::Child(field, "max");
  const Field step = Reader::Child(field, "step");
  reader.Require(field, min, "the lowest value allowed");
  reader.Require(field, max, "the highest value allowed");
  const auto low = ReadBound(reader, min, whole, space.min);
  const auto high = ReadBound(reader, max, whole, space.max);
  const auto width = ReadBound(reader, step, whole, space.step);
  if (low && high && *low >= *high) {
    reader.AddFault(min, fmt::format("{} should be below max, which is {}", space.min, space.max));
  }
  if (width && *width <= 0) {
    reader.AddFault(step, fmt::format("{} should be above 0", space.step));
  } else if (width && low && high && *low<*high&& * width> * high - *low) {
    reader.AddFault(step, fmt::format("{} should not be larger than the range from {} to {}",
                                      space.step, space.min, space.max));
  }
  const bool log = space.distribution == Distribution::kLogUniform ||
                   space.distribution == Distribution::kLogNormal;
  if (log && low && *low <= 0) {
    reader.AddFault(
        min, fmt::format("{} should be above 0, since the distribution is logarithmic", space.min));
  }
  const Field list = Reader::Child(field, "list");
  if (list.present()) {
    reader.AddFault(list,
                    "is not allowed for a double or an int; use min and max, or make it discrete");
  }
}

void ReadList(Reader& reader, const Field& field, Parameter& parameter) {
  const Field list = Reader::Child(field, "list");
  auto& values = parameter.feasible_space.list;
  for (const char* name : {"min", "max", "step"}) {
    const Field bound = Reader::Child(field, name);
    if (bound.present()) {
      reader.AddFault(bound, "is not allowed for a discrete or categorical parameter; use list");
    }
  }
  if (!reader.Require(field, list, "the values allowed")) return;
  // Two texts of one number would be one value of a discrete parameter.
  std::set<std::string> texts;
  std::set<double> numbers;
  for (const Field& item : reader.Items(list)) {
    const auto text = reader.Text(item);
    if (!text) continue;
    const auto number = FiniteNumber(*text);
    const bool discrete = parameter.type == ParameterType::kDiscrete;
    if (discrete && !number) {
      reader.AddFault(item, fmt::format("\"{}\" should be a finite number, since the parameter is "
                                        "discrete; make it categorical for words",
                                        *text));
    } else if (!texts.insert(*text).second || (discrete && !numbers.insert(*number).second)) {
      reader.AddFault(item, fmt::format("\"{}\" is in the list twice", *text));
    } else {
      values.push_back(*text);
    }
  }
  if (list.node.IsSequence() && list.node.size() == 0) {
    reader.AddFault(list, "is empty; at least one value is needed");
  }
}

void ReadActiveWhen(Reader& reader, const Field& field, Parameter& parameter) {
  if (!reader.CheckMap(field, {"parameter", "values"})) return;
  ActiveWhen condition;
  const Field name = Reader::Child(field, "parameter");
  const Field values = Reader::Child(field, "values");
  reader.Require(field, name, "the parameter it depends on");
  reader.Require(field, values, "the values with which this parameter exists");
  condition.parameter = reader.Text(name).value_or("");
  for (const Field& item : reader.Items(values)) {
    if (const auto text = reader.Text(item)) condition.values.push_back(*text);
  }
  parameter.active_when = std::move(condition);
}

Parameter ReadParameter(Reader& reader, const Field& field) {
  Parameter parameter;
  if (!reader.CheckMap(field, {"name", "parameterType", "feasibleSpace", "activeWhen"})) {
    return parameter;
  }
  const Field name = Reader::Child(field, "name");
  if (reader.Require(field, name, "the parameter's name")) {
    parameter.name = reader.Text(name).value_or("");
    if (parameter.name.empty()) reader.AddFault(name, "should not be empty");
  }
  const Field type = Reader::Child(field, "parameterType");
  const Field space = Reader::Child(field, "feasibleSpace");
  const bool has_type = reader.Require(field, type, "double, int, discrete or categorical");
  const auto chosen = reader.Choice(type, kParameterTypes);
  if (!reader.Require(field, space, "min and max, or list") ||
      !reader.CheckMap(space, {"min", "max", "step", "list", "distribution"}) || !has_type ||
      !chosen) {
    return parameter;
  }
  parameter.type = *chosen;
  const Field distribution = Reader::Child(space, "distribution");
  if (distribution.present() && !IsNumeric(*chosen)) {
    reader.AddFault(distribution, "is allowed only for a double or an int");
  } else if (const auto value = reader.Choice(distribution, kDistributions)) {
    parameter.feasible_space.distribution = *value;
  }
  IsNumeric(*chosen) ? ReadRange(reader, space, parameter) : ReadList(reader, space, parameter);
  ReadActiveWhen(reader, Reader::Child(field, "activeWhen"), parameter);
  return parameter;
}

void CheckActiveWhen(Reader& reader, const Field& item, const Parameter& parameter,
                     const std::vector<Parameter>& all) {
  if (!parameter.active_when) return;
  const Field field = Reader::Child(Reader::Child(item, "activeWhen"), "parameter");
  const auto parent = std::find_if(all.begin(), all.end(), [&](const Parameter& p) {
    return p.name == parameter.active_when->parameter;
  });
  if (parent == all.end() || parent->name == parameter.name) {
    reader.AddFault(field, fmt::format("\"{}\" should be the name of another parameter",
                                       parameter.active_when->parameter));
    return;
  }
  if (parent->feasible_space.list.empty()) return;
  for (const auto& value : parameter.active_when->values) {
    const auto& list = parent->feasible_space.list;
    if (std::find(list.begin(), list.end(), value) == list.end()) {
      reader.AddFault(field, fmt::format("\"{}\" is no value of {}{}; allowed: {}", value,
                                         parent->name, DidYouMean(value, list), OneOf(list)));
    }
  }
}

// A parameter that waits for itself, by way of others, would never exist.
void CheckCircles(Reader& reader, const std::vector<Field>& items,
                  const std::vector<Parameter>& parameters) {
  std::map<std::string, size_t> by_name;
  for (size_t i = 0; i < parameters.size(); ++i) by_name.emplace(parameters[i].name, i);
  for (size_t i = 0; i < parameters.size(); ++i) {
    size_t at = i;
    for (size_t steps = 0; steps < parameters.size() && parameters[at].active_when; ++steps) {
      const auto parent = by_name.find(parameters[at].active_when->parameter);
      if (parent == by_name.end() || parent->second == at) break;
      at = parent->second;
      if (at != i) continue;
      reader.AddFault(Reader::Child(Reader::Child(items[i], "activeWhen"), "parameter"),
                      fmt::format("\"{}\" depends on \"{}\" itself, by way of its own activeWhen",
                                  parameters[i].active_when->parameter, parameters[i].name));
      break;
    }
  }
}

}  // namespace

std::vector<Parameter> ReadParameters(Reader& reader, const Field& list) {
  std::vector<Parameter> parameters;
  const auto items = reader.Items(list);
  for (const Field& item : items) {
    Parameter parameter = ReadParameter(reader, item);
    const bool twice = std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& p) {
      return !p.name.empty() && p.name == parameter.name;
    });
    if (twice) {
      reader.AddFault(Reader::Child(item, "name"),
                      fmt::format("there is already a parameter \"{}\"", parameter.name));
    }
    parameters.push_back(std::move(parameter));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    CheckActiveWhen(reader, items[i], parameters[i], parameters);
  }
  CheckCircles(reader, items, parameters);
  return parameters;
}

}  // namespace qalam::document
