#include "suggestion/point_faults.h"

#include <algorithm>
#include <limits>

#include "api/document/names.h"

namespace qalam {

namespace {

const Assignment* Find(const std::vector<Assignment>& assignments, const std::string& name) {
  const auto found = std::find_if(assignments.begin(), assignments.end(),
                                  [&](const Assignment& one) { return one.name == name; });
  return found == assignments.end() ? nullptr : &*found;
}

bool IsDerived(const SearchSpace& space, const std::string& name) {
  return space.derived_form() != nullptr && space.derived_form()->Owns(name);
}

void CheckNames(const SearchSpace& space, const std::vector<Assignment>& assignments,
                std::vector<std::string>& faults) {
  std::vector<std::string> names;
  for (size_t i = 0; i < space.own_size(); ++i) names.push_back(space[i].name());
  for (const auto& assignment : assignments) {
    const std::string& name = assignment.name;
    if (Find(assignments, name) != &assignment) {
      faults.push_back(fmt::format("parameter {} is given twice", document::Shortened(name)));
    } else if (std::find(names.begin(), names.end(), name) == names.end() &&
               !IsDerived(space, name)) {
      faults.push_back(fmt::format("there is no parameter {}{}; there are: {}",
                                   document::Shortened(name), document::DidYouMean(name, names),
                                   document::OneOf(names)));
    }
  }
}

// Fills in `point` as far as the values are good.
void CheckValues(const SearchSpace& space, const std::vector<Assignment>& assignments,
                 std::vector<std::string>& faults, Point& point) {
  for (size_t i = 0; i < space.own_size(); ++i) {
    const Assignment* given = Find(assignments, space[i].name());
    if (given == nullptr) continue;
    const auto value = space[i].Parse(given->value);
    if (value.ok()) {
      point.values[i] = *value;
    } else {
      faults.push_back(Message(value.status()));
    }
  }
}

void CheckConditions(const SearchSpace& space, const std::vector<Assignment>& assignments,
                     const Point& point, std::vector<std::string>& faults) {
  // What hangs on a value that is wrong may be right.
  const bool all_good = faults.empty();
  for (size_t i = 0; i < space.own_size(); ++i) {
    const bool is_given = Find(assignments, space[i].name()) != nullptr;
    const bool is_active = space.IsActive(i, point);
    if (is_active && !is_given) {
      faults.push_back(fmt::format("parameter {} has no value", space[i].name()));
    } else if (!is_active && is_given && all_good) {
      const auto& condition = *space[i].parameter().active_when;
      faults.push_back(fmt::format("parameter {} is given, but it has no place where {} is not {}",
                                   space[i].name(), condition.parameter,
                                   document::OneOf(condition.values)));
    }
  }
}

}  // namespace

std::vector<std::string> PointFaults(const SearchSpace& space,
                                     const std::vector<Assignment>& assignments) {
  std::vector<std::string> faults;
  Point point;
  point.values.assign(space.size(), std::numeric_limits<double>::quiet_NaN());
  CheckNames(space, assignments, faults);
  CheckValues(space, assignments, faults, point);
  CheckConditions(space, assignments, point, faults);
  if (!faults.empty()) return faults;
  const auto parsed = space.Parse(assignments);
  if (!parsed.ok()) return {Message(parsed.status())};
  for (const Constraint* constraint : space.AllBroken(*parsed)) {
    faults.push_back(fmt::format("it breaks the constraint \"{}\"", constraint->text()));
  }
  return faults;
}

}  // namespace qalam
