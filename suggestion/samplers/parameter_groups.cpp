#include "suggestion/samplers/parameter_groups.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace qalam {

namespace {

using Condition = std::pair<std::string, std::set<std::string>>;

Condition ConditionOf(const Dimension& dimension) {
  const auto& when = dimension.parameter().active_when;
  if (!when) return {};
  return {when->parameter, {when->values.begin(), when->values.end()}};
}

}  // namespace

std::vector<std::vector<size_t>> GroupParameters(const SearchSpace& space) {
  std::vector<std::vector<size_t>> groups;
  std::vector<Condition> conditions;  // [group]
  std::set<std::string> placed;
  // Each pass places at least the children of the last pass's; the space has no circles.
  while (placed.size() < space.size()) {
    std::vector<size_t> ready;
    for (size_t i = 0; i < space.size(); ++i) {
      const auto& when = space[i].parameter().active_when;
      if (placed.contains(space[i].name()) || (when && !placed.contains(when->parameter))) continue;
      ready.push_back(i);
    }
    for (const size_t i : ready) {
      placed.insert(space[i].name());
      const Condition condition = ConditionOf(space[i]);
      const auto same = std::find(conditions.begin(), conditions.end(), condition);
      if (same == conditions.end()) {
        conditions.push_back(condition);
        groups.push_back({i});
      } else {
        groups[same - conditions.begin()].push_back(i);
      }
    }
  }
  return groups;
}

}  // namespace qalam
