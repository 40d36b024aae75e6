#include "cli/export/optuna_distribution.h"

#include <cmath>
#include <cstdlib>

namespace qalam {

namespace {

StatusOr<double> Number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return InvalidArgument("\"{}\" is no number", text);
  return value;
}

bool IsLogScaled(const FeasibleSpace& space) {
  return space.distribution == Distribution::kLogUniform ||
         space.distribution == Distribution::kLogNormal;
}

// Optuna wants the last step to end at the bound.
double LastStep(double low, double high, double step) {
  constexpr double kRounding = 1e-9;
  return low + std::floor((high - low) / step + kRounding) * step;
}

StatusOr<OptunaValue> RangeValue(const Parameter& parameter, const std::string& text) {
  const FeasibleSpace& space = parameter.feasible_space;
  ASSIGN_OR_RETURN(const double low, Number(space.min));
  ASSIGN_OR_RETURN(double high, Number(space.max));
  ASSIGN_OR_RETURN(const double value, Number(text));
  const bool is_int = parameter.type == ParameterType::kInt;
  const bool is_log = IsLogScaled(space) && low > 0;
  Json attributes = {{"log", is_log}};
  if (!space.step.empty() && !is_log) {
    ASSIGN_OR_RETURN(const double step, Number(space.step));
    high = LastStep(low, high, step);
    attributes["step"] = is_int ? Json(std::llround(step)) : Json(step);
  } else {
    attributes["step"] = is_int ? Json(1) : Json();
  }
  attributes["low"] = is_int ? Json(std::llround(low)) : Json(low);
  attributes["high"] = is_int ? Json(std::llround(high)) : Json(high);
  const Json distribution = {{"name", is_int ? "IntDistribution" : "FloatDistribution"},
                             {"attributes", attributes}};
  return OptunaValue{value, distribution.dump()};
}

StatusOr<OptunaValue> ChoiceValue(const Parameter& parameter, const std::string& text) {
  Json choices = Json::array();
  std::optional<size_t> chosen;
  for (const auto& choice : parameter.feasible_space.list) {
    if (choice == text) chosen = choices.size();
    const auto number = Number(choice);
    choices.push_back(parameter.type == ParameterType::kDiscrete && number.ok() ? Json(*number)
                                                                                : Json(choice));
  }
  if (!chosen) return InvalidArgument("\"{}\" is not in the list of {}", text, parameter.name);
  const Json distribution = {{"name", "CategoricalDistribution"},
                             {"attributes", {{"choices", choices}}}};
  return OptunaValue{static_cast<double>(*chosen),
                     distribution.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace

StatusOr<OptunaValue> ToOptuna(const Parameter& parameter, const std::string& value) {
  const bool is_range =
      parameter.type == ParameterType::kDouble || parameter.type == ParameterType::kInt;
  return is_range ? RangeValue(parameter, value) : ChoiceValue(parameter, value);
}

}  // namespace qalam
