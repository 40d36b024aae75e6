#include "suggestion/search_space.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "suggestion/architecture/derived_space.h"

namespace qalam {

bool Point::operator==(const Point& other) const {
  return values.size() == other.values.size() &&
         std::equal(values.begin(), values.end(), other.values.begin(),
                    [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

StatusOr<SearchSpace> SearchSpace::ForExperiment(const ExperimentSpec& spec) {
  std::shared_ptr<const DerivedForm> form;
  std::vector<Parameter> parameters = spec.parameters;
  if (spec.nas_config) {
    ASSIGN_OR_RETURN(form, DeriveForm(spec));
    const auto derived = form->Parameters();
    parameters.insert(parameters.end(), derived.begin(), derived.end());
  }
  ASSIGN_OR_RETURN(SearchSpace space, Create(parameters));
  space.own_size_ = spec.parameters.size();
  space.derived_form_ = std::move(form);
  ASSIGN_OR_RETURN(space.constraints_, ParseConstraints(spec, ConstraintKind::kParameters));
  return space;
}

ActiveValues ActiveAt(const Parameter& child, const Dimension& parent) {
  ActiveValues active;
  if (parent.cardinality() == 0) {
    active.fault = InvalidArgument(
        "parameter {}: activeWhen: {} takes any value of its range, so that none is met; give it a "
        "step, or make it discrete",
        child.name, parent.name());
    return active;
  }
  for (const auto& text : child.active_when->values) {
    const auto value = parent.Parse(text);
    if (value.ok()) {
      active.indexes.push_back(parent.IndexOf(*value));
    } else if (active.fault.ok()) {
      active.fault =
          InvalidArgument("parameter {}: activeWhen: {}", child.name, Message(value.status()));
    }
  }
  return active;
}

StatusOr<SearchSpace> SearchSpace::Create(const std::vector<Parameter>& parameters,
                                          const std::vector<std::string>& constraints) {
  SearchSpace space;
  if (parameters.empty()) return InvalidArgument("the search space has no parameter");
  space.own_size_ = parameters.size();
  std::unordered_set<std::string> names;
  for (const auto& parameter : parameters) {
    if (!names.insert(parameter.name).second) {
      return InvalidArgument("there are two parameters named {}", parameter.name);
    }
    ASSIGN_OR_RETURN(auto dimension, Dimension::Create(parameter));
    space.dimensions_.push_back(std::move(dimension));
  }
  for (const auto& parameter : parameters) {
    int parent = -1;
    std::vector<uint64_t> active_at;
    if (parameter.active_when) {
      for (size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i].name == parameter.active_when->parameter) parent = static_cast<int>(i);
      }
      if (parent < 0) {
        return InvalidArgument("parameter {}: activeWhen names an unknown parameter {}",
                               parameter.name, parameter.active_when->parameter);
      }
      // What cannot be met is a fault of a new document alone: in one that was accepted before that
      // was known it is never met.
      active_at = ActiveAt(parameter, space.dimensions_[parent]).indexes;
    }
    space.parent_.push_back(parent);
    space.active_at_.push_back(std::move(active_at));
  }
  // Parents before children; whatever cannot be placed depends on itself.
  std::vector<bool> placed(parameters.size(), false);
  for (bool progress = true; progress;) {
    progress = false;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (placed[i] || (space.parent_[i] >= 0 && !placed[space.parent_[i]])) continue;
      placed[i] = progress = true;
      space.activation_order_.push_back(i);
    }
  }
  if (space.activation_order_.size() != parameters.size()) {
    return InvalidArgument("the activeWhen conditions of the parameters go in a circle");
  }
  if (constraints.empty()) return space;
  ExperimentSpec spec{.parameters = parameters, .constraints = constraints};
  ASSIGN_OR_RETURN(space.constraints_, ParseConstraints(spec, ConstraintKind::kParameters));
  return space;
}

namespace {

std::vector<double> NumbersOf(const std::vector<Dimension>& dimensions, const Point& point) {
  std::vector<double> numbers(dimensions.size());
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = dimensions[i].Number(point.values[i]);
  return numbers;
}

bool IsBroken(const Constraint& constraint, const std::vector<double>& numbers) {
  const auto& used = constraint.used();
  const bool applies =
      std::none_of(used.begin(), used.end(), [&](size_t i) { return std::isnan(numbers[i]); });
  return applies && !constraint.Holds(numbers);
}

}  // namespace

const Constraint* SearchSpace::FirstBroken(const Point& point) const {
  if (constraints_.empty()) return nullptr;
  const std::vector<double> numbers = NumbersOf(dimensions_, point);
  for (const auto& constraint : constraints_) {
    if (IsBroken(constraint, numbers)) return &constraint;
  }
  return nullptr;
}

std::vector<const Constraint*> SearchSpace::AllBroken(const Point& point) const {
  std::vector<const Constraint*> broken;
  const std::vector<double> numbers = NumbersOf(dimensions_, point);
  for (const auto& constraint : constraints_) {
    if (IsBroken(constraint, numbers)) broken.push_back(&constraint);
  }
  return broken;
}

uint64_t SearchSpace::cardinality() const {
  uint64_t product = 1;
  for (const auto& dimension : dimensions_) {
    const uint64_t size = dimension.cardinality();
    if (size == 0) return 0;
    if (product > std::numeric_limits<uint64_t>::max() / size) {
      product = std::numeric_limits<uint64_t>::max();
    } else {
      product *= size;
    }
  }
  return product;
}

bool SearchSpace::is_conditional() const {
  return std::any_of(parent_.begin(), parent_.end(), [](int parent) { return parent >= 0; });
}

bool SearchSpace::IsActive(size_t i, const Point& point) const {
  if (parent_[i] < 0) return true;
  const double parent_value = point.values[parent_[i]];
  if (std::isnan(parent_value)) return false;
  const auto& allowed = active_at_[i];
  if (allowed.empty()) return false;
  const uint64_t index = dimensions_[parent_[i]].IndexOf(parent_value);
  return std::find(allowed.begin(), allowed.end(), index) != allowed.end();
}

Point SearchSpace::FromUnit(const Eigen::Ref<const Eigen::VectorXd>& unit) const {
  Point point;
  point.values.assign(size(), std::numeric_limits<double>::quiet_NaN());
  for (const size_t i : activation_order_) {
    if (IsActive(i, point)) {
      point.values[i] = dimensions_[i].FromUnit(unit(static_cast<Eigen::Index>(i)));
    }
  }
  return point;
}

Eigen::VectorXd SearchSpace::ToUnit(const Point& point) const {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(size()));
  for (size_t i = 0; i < size(); ++i) {
    const double value = point.values[i];
    unit(static_cast<Eigen::Index>(i)) = std::isnan(value) ? 0.5 : dimensions_[i].ToUnit(value);
  }
  return unit;
}

std::vector<Assignment> SearchSpace::Format(const Point& point) const {
  std::vector<Assignment> assignments;
  for (size_t i = 0; i < own_size_; ++i) {
    if (std::isnan(point.values[i])) continue;
    assignments.push_back({dimensions_[i].name(), dimensions_[i].Format(point.values[i])});
  }
  if (derived_form_ != nullptr) {
    const auto derived = derived_form_->Format(point, own_size_);
    assignments.insert(assignments.end(), derived.begin(), derived.end());
  }
  return assignments;
}

StatusOr<Point> SearchSpace::Parse(const std::vector<Assignment>& assignments) const {
  Point point;
  point.values.assign(size(), std::numeric_limits<double>::quiet_NaN());
  const auto own_end = dimensions_.begin() + static_cast<std::ptrdiff_t>(own_size_);
  for (const auto& assignment : assignments) {
    if (derived_form_ != nullptr && derived_form_->Owns(assignment.name)) continue;
    const auto dimension = std::find_if(dimensions_.begin(), own_end, [&](const Dimension& d) {
      return d.name() == assignment.name;
    });
    if (dimension == own_end) {
      return NotFound("there is no parameter {} in the search space", assignment.name);
    }
    ASSIGN_OR_RETURN(point.values[dimension - dimensions_.begin()],
                     dimension->Parse(assignment.value));
  }
  if (derived_form_ != nullptr) {
    RETURN_IF_ERROR(derived_form_->Parse(assignments, own_size_, point));
  }
  for (const size_t i : activation_order_) {
    if (!IsActive(i, point)) {
      point.values[i] = std::numeric_limits<double>::quiet_NaN();
    } else if (std::isnan(point.values[i])) {
      return NotFound("parameter {} has no value", dimensions_[i].name());
    }
  }
  return point;
}

}  // namespace qalam
