#include "suggestion/multi_fidelity/resource_ladder.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

StatusOr<size_t> FindResource(const SearchSpace& space, const Settings& settings) {
  if (!settings.Has("resource_name")) {
    return InvalidArgument(
        "resource_name should be the name of the parameter that says how long a trial trains");
  }
  const std::string& name = settings.String("resource_name");
  for (size_t i = 0; i < space.size(); ++i) {
    const ParameterType type = space[i].type();
    if (space[i].name() != name) continue;
    if (type != ParameterType::kInt && type != ParameterType::kDouble) {
      return InvalidArgument(
          "resource_name should be the name of an int or double parameter, not {}", name);
    }
    if (space[i].parameter().active_when) {
      return InvalidArgument("resource_name should not be a conditional parameter, as {} is", name);
    }
    return i;
  }
  return InvalidArgument("resource_name should be the name of a parameter; there is no {}", name);
}

// The nearest value that the parameter can take.
double OnGrid(const Dimension& dimension, double value) {
  if (dimension.cardinality() == 0) return std::clamp(value, dimension.low(), dimension.high());
  return dimension.ValueAt(dimension.IndexOf(value));
}

}  // namespace

StatusOr<ResourceLadder> ResourceLadder::Create(const SearchSpace& space,
                                                const Settings& settings) {
  ResourceLadder ladder;
  ASSIGN_OR_RETURN(ladder.dimension_, FindResource(space, settings));
  const Dimension& dimension = space[ladder.dimension_];
  ladder.eta_ = settings.Double("eta");
  const double most = settings.Has("r_l") ? settings.Double("r_l") : dimension.high();
  const double least = settings.Has("r_min") ? settings.Double("r_min") : dimension.low();
  if (least <= 0) {
    return InvalidArgument("r_min should be above 0, as the min of {} should where it is not given",
                           dimension.name());
  }
  if (most < least || most > dimension.high() || least < dimension.low()) {
    return InvalidArgument(
        "r_min ({:g}) and r_l ({:g}) should be within the range of {}, {:g} to {:g}", least, most,
        dimension.name(), dimension.low(), dimension.high());
  }
  // A little slack, since 27 / 3 / 3 / 3 need not be exactly 1.
  const double lowest = least * (1 - 1e-9);
  for (double level = most; level >= lowest; level /= ladder.eta_) {
    const double value = OnGrid(dimension, level);
    if (ladder.levels_.empty() || value != ladder.levels_.back()) ladder.levels_.push_back(value);
  }
  std::reverse(ladder.levels_.begin(), ladder.levels_.end());
  return ladder;
}

std::optional<size_t> ResourceLadder::LevelOf(double value) const {
  const auto level = std::lower_bound(levels_.begin(), levels_.end(), value * (1 - 1e-9));
  if (level == levels_.end() || std::fabs(*level - value) > 1e-9 * *level) return std::nullopt;
  return level - levels_.begin();
}

Point ResourceLadder::WithoutResource(const Point& point) const {
  Point configuration = point;
  configuration.values.erase(configuration.values.begin() +
                             static_cast<std::ptrdiff_t>(dimension_));
  return configuration;
}

Point ResourceLadder::AtLevel(const Point& configuration, size_t level) const {
  Point point = configuration;
  point.values.insert(point.values.begin() + static_cast<std::ptrdiff_t>(dimension_),
                      levels_[level]);
  return point;
}

std::vector<SettingSchema> ResourceSettings() {
  return {
      {.name = "resource_name",
       .type = SettingType::kString,
       .help = "The parameter that says how long a trial trains. Needed."},
      {.name = "r_l",
       .type = SettingType::kDouble,
       .help = "The largest resource. By default the parameter's max.",
       .min = 0,
       .min_exclusive = true},
      {.name = "r_min",
       .type = SettingType::kDouble,
       .help = "The least resource that says anything. By default the parameter's min.",
       .min = 0,
       .min_exclusive = true},
      {.name = "eta",
       .type = SettingType::kDouble,
       .default_value = "3",
       .help = "One of this many configurations goes on to a resource this many times larger.",
       .min = 1.5,
       .max = 100},
      RandomStateSetting(),
  };
}

StatusOr<SearchSpace> ConfigurationSpace(const SearchSpace& space, const ResourceLadder& ladder) {
  std::vector<Parameter> parameters;
  const std::string& resource = space[ladder.dimension()].name();
  for (const auto& dimension : space.dimensions()) {
    if (dimension.name() == resource) continue;
    const auto& condition = dimension.parameter().active_when;
    if (condition && condition->parameter == resource) {
      return InvalidArgument("parameter {} should not depend on the resource {}", dimension.name(),
                             resource);
    }
    parameters.push_back(dimension.parameter());
  }
  if (parameters.empty()) {
    return InvalidArgument("there should be a parameter beside the resource {}", resource);
  }
  return SearchSpace::Create(parameters);
}

}  // namespace qalam
