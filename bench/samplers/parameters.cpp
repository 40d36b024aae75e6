#include "bench/samplers/parameters.h"

#include <algorithm>
#include <cmath>

namespace qalam::bench {

namespace {

// Shortest text that reads back the same; what a document would hold.
std::string Text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

StatusOr<Parameter> ParseParameter(const Json& object) {
  if (!object.is_object() || !object.contains("name") || !object.contains("type")) {
    return InvalidArgument("a parameter needs a name and a type: {}", object.dump());
  }
  Parameter parameter;
  parameter.name = Text(object["name"]);
  const std::string type = Text(object["type"]);
  if (type == "double" || type == "int") {
    parameter.type = type == "double" ? ParameterType::kDouble : ParameterType::kInt;
    if (!object.contains("min") || !object.contains("max")) {
      return InvalidArgument("parameter {} needs min and max", parameter.name);
    }
    parameter.feasible_space.min = Text(object["min"]);
    parameter.feasible_space.max = Text(object["max"]);
    if (object.value("log", false)) {
      parameter.feasible_space.distribution = Distribution::kLogUniform;
    }
  } else if (type == "discrete" || type == "categorical") {
    parameter.type = type == "discrete" ? ParameterType::kDiscrete : ParameterType::kCategorical;
    if (!object.contains("values")) {
      return InvalidArgument("parameter {} needs values", parameter.name);
    }
    for (const auto& value : object["values"]) {
      parameter.feasible_space.list.push_back(Text(value));
    }
  } else {
    return InvalidArgument("parameter {} has unknown type {}", parameter.name, type);
  }
  return parameter;
}

}  // namespace

StatusOr<std::vector<Parameter>> ParseParameters(const Json& array) {
  std::vector<Parameter> parameters;
  for (const auto& object : array) {
    ASSIGN_OR_RETURN(parameters.emplace_back(), ParseParameter(object));
  }
  return parameters;
}

Json DescribeParameters(const SearchSpace& space) {
  Json array = Json::array();
  for (const auto& dimension : space.dimensions()) {
    Json object = {{"name", dimension.name()}};
    switch (dimension.type()) {
      case ParameterType::kDouble:
        object.update({{"type", "double"}, {"min", dimension.low()}, {"max", dimension.high()}});
        object["log"] = dimension.is_log();
        break;
      case ParameterType::kInt:
        object.update({{"type", "int"},
                       {"min", std::llround(dimension.low())},
                       {"max", std::llround(dimension.high())}});
        object["log"] = dimension.is_log();
        break;
      case ParameterType::kDiscrete:
      case ParameterType::kCategorical:
        object["type"] = dimension.is_categorical() ? "categorical" : "discrete";
        object["values"] = dimension.parameter().feasible_space.list;
        break;
    }
    array.push_back(std::move(object));
  }
  return array;
}

Json DescribePoint(const SearchSpace& space, const Point& point) {
  Json object = Json::object();
  for (size_t i = 0; i < space.size(); ++i) {
    const double value = point.values[i];
    if (std::isnan(value)) continue;
    switch (space[i].type()) {
      case ParameterType::kDouble:
        object[space[i].name()] = value;
        break;
      case ParameterType::kInt:
        object[space[i].name()] = std::llround(value);
        break;
      default:
        object[space[i].name()] = space[i].Format(value);
    }
  }
  return object;
}

StatusOr<Point> ParsePoint(const SearchSpace& space, const Json& object) {
  Point point;
  for (const auto& dimension : space.dimensions()) {
    const auto found = object.find(dimension.name());
    if (found == object.end()) return NotFound("parameter {} is missing", dimension.name());
    const bool is_list = dimension.type() == ParameterType::kDiscrete || dimension.is_categorical();
    if (is_list) {
      ASSIGN_OR_RETURN(point.values.emplace_back(), dimension.Parse(Text(*found)));
    } else if (found->is_number()) {
      const double value = std::clamp(found->get<double>(), dimension.low(), dimension.high());
      point.values.push_back(dimension.type() == ParameterType::kInt ? std::round(value) : value);
    } else {
      return OutOfRange("parameter {} should be a number, not {}", dimension.name(), found->dump());
    }
  }
  return point;
}

}  // namespace qalam::bench
