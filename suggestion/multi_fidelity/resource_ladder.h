#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "suggestion/search_space.h"
#include "suggestion/settings.h"

namespace qalam {

// The levels of the resource (epochs, trees, share of the data, ...) at which configurations are
// compared: R, R / eta, R / eta^2, ... down to the least that is allowed, each on the parameter's
// own grid. Li et al., "Hyperband", JMLR 18, 2018, section 3.
class ResourceLadder {
 public:
  // Reads `resource_name`, `r_l` (R; the parameter's max by default), `r_min` (the parameter's min
  // by default) and `eta`. INVALID_ARGUMENT when the resource is no unconditional number, or the
  // values do not fit its range.
  static StatusOr<ResourceLadder> Create(const SearchSpace& space, const Settings& settings);

  // Of the resource in the space.
  size_t dimension() const { return dimension_; }
  double eta() const { return eta_; }
  // Ascending, at least one.
  const std::vector<double>& levels() const { return levels_; }
  // The level that a resource value is, if it is one.
  std::optional<size_t> LevelOf(double value) const;

  // A point without its resource, and back.
  Point WithoutResource(const Point& point) const;
  Point AtLevel(const Point& configuration, size_t level) const;

 private:
  size_t dimension_ = 0;
  double eta_ = 3;
  std::vector<double> levels_;
};

// The settings that the ladder reads.
std::vector<SettingSchema> ResourceSettings();
// The search space without the resource.
StatusOr<SearchSpace> ConfigurationSpace(const SearchSpace& space, const ResourceLadder& ladder);

}  // namespace qalam
