// The search space and its encoding on the unit cube.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/constraint.h"
#include "api/experiment.h"
#include "base/status.h"
#include "suggestion/architecture/derived_form.h"

namespace qalam {

// One value per parameter, in the order of the space: the number itself for a double or int, the
// index into the list for a discrete or categorical one, NaN for an inactive conditional parameter.
struct Point {
  std::vector<double> values;
  bool operator==(const Point& other) const;  // NaN equals NaN
};

// One parameter, ready for arithmetic.
class Dimension {
 public:
  // INVALID_ARGUMENT for a spec the validator would refuse (a Katib client may send anything).
  static StatusOr<Dimension> Create(const Parameter& parameter);

  const std::string& name() const { return parameter_.name; }
  ParameterType type() const { return parameter_.type; }
  const Parameter& parameter() const { return parameter_; }
  bool is_categorical() const { return parameter_.type == ParameterType::kCategorical; }
  // How many values there are; 0 for a continuum.
  uint64_t cardinality() const { return cardinality_; }
  double low() const { return low_; }  // for double and int
  double high() const { return high_; }
  bool is_log() const { return log_; }

  // A unit-interval coordinate in [0, 1] to a value. Finite dimensions cut the interval into equal
  // cells, one a value (both ends get equal mass); log, normal and log-normal go through their
  // quantile function truncated to the bounds.
  double FromUnit(double unit) const;
  // The inverse: the cell's middle for a finite dimension. Result in [0, 1].
  double ToUnit(double value) const;
  // The value at `index`, and back, for finite dimensions.
  double ValueAt(uint64_t index) const;
  uint64_t IndexOf(double value) const;
  // What a constraint computes with: the value itself, for a discrete dimension the number in the
  // list. NaN stays NaN. Not for a categorical one.
  double Number(double value) const {
    return list_values_.empty() || std::isnan(value) ? value
                                                     : list_values_[static_cast<size_t>(value)];
  }
  // Exactly what the user wrote for list values; integers without a point; steps as min + k*step in
  // decimal, not binary, arithmetic; doubles in the shortest form that reads back the same.
  std::string Format(double value) const;
  // Reads a value that Format printed, or that a user or another tool gave. OUT_OF_RANGE when it is
  // not in the space.
  StatusOr<double> Parse(const std::string& text) const;

 private:
  // A finite dimension's cell to its grid value.
  double GridValue(uint64_t index) const { return low_ + static_cast<double>(index) * step_; }

  Parameter parameter_;
  double low_ = 0, high_ = 0;
  double step_ = 0;           // 0: a continuum; list dimensions step by 1
  uint64_t cardinality_ = 0;  // 0: a continuum
  // The range that FromUnit's quantile function spans: a finite dimension's reaches half a step
  // beyond its ends, so that the ends get a whole cell. In logarithms where is_log().
  double span_low_ = 0, span_high_ = 0;
  bool log_ = false;
  bool normal_ = false;
  std::vector<double> list_values_;  // discrete: the numbers in the list, as the user ordered them
  std::vector<uint64_t> rank_to_index_;  // list dimensions: by size, so that neighbours are alike
  std::vector<uint64_t> index_to_rank_;
  int decimals_ = -1;  // of a step grid's values; -1: print the shortest form
};

// The values that the activeWhen of `child` names, as indexes into its parent.
struct ActiveValues {
  std::vector<uint64_t> indexes;  // of those that can be met
  // INVALID_ARGUMENT when one is no value of the parent, or the parent is a continuum, which meets
  // no single value.
  Status fault;
};
ActiveValues ActiveAt(const Parameter& child, const Dimension& parent);

class SearchSpace {
 public:
  // `constraints` are comparisons over the parameters (api/constraint.h).
  static StatusOr<SearchSpace> Create(const std::vector<Parameter>& parameters,
                                      const std::vector<std::string>& constraints = {});
  // With those of the experiment's constraints that are over parameters, and with the parameters
  // that its nasConfig describes after its own.
  static StatusOr<SearchSpace> ForExperiment(const ExperimentSpec& spec);

  size_t size() const { return dimensions_.size(); }
  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  const Dimension& operator[](size_t i) const { return dimensions_[i]; }
  // The number of distinct points, saturating; 0 when any dimension is a continuum. Points that
  // break a constraint count too.
  uint64_t cardinality() const;
  const std::vector<Constraint>& constraints() const { return constraints_; }
  // How trials are told of the parameters that are derived from a nasConfig, the last of the
  // space's; null when there are none.
  const DerivedForm* derived_form() const { return derived_form_.get(); }
  // How many come before those.
  size_t own_size() const { return own_size_; }
  // Whether any parameter has an activeWhen.
  bool is_conditional() const;
  // Whether the point keeps every constraint. One over an inactive parameter does not apply; one
  // whose value is not a number is broken. Not from two threads at once on one space.
  bool IsFeasible(const Point& point) const { return FirstBroken(point) == nullptr; }
  // The first constraint that the point breaks, or null.
  const Constraint* FirstBroken(const Point& point) const;
  // Every one.
  std::vector<const Constraint*> AllBroken(const Point& point) const;

  // Decodes a point of the unit cube; parameters whose activeWhen does not hold become NaN.
  Point FromUnit(const Eigen::Ref<const Eigen::VectorXd>& unit) const;
  // Inactive parameters encode as 0.5.
  Eigen::VectorXd ToUnit(const Point& point) const;
  // Whether dimension i is active at the point, looking only at the dimensions it depends on.
  bool IsActive(size_t i, const Point& point) const;
  // What a trial is given: without the inactive parameters, the derived ones in their form.
  std::vector<Assignment> Format(const Point& point) const;
  // OUT_OF_RANGE or NOT_FOUND names the parameter. Unknown names are refused; a value of an
  // inactive parameter is passed over. Constraints are not looked at: results may come from
  // anywhere.
  StatusOr<Point> Parse(const std::vector<Assignment>& assignments) const;

 private:
  std::vector<Dimension> dimensions_;
  size_t own_size_ = 0;
  std::shared_ptr<const DerivedForm> derived_form_;
  std::vector<Constraint> constraints_;
  std::vector<int> parent_;  // index of the dimension each depends on, or -1; parents come first in
  std::vector<size_t> activation_order_;  // this order
  // The values of the parent with which each exists, as indexes into it; empty without a parent.
  std::vector<std::vector<uint64_t>> active_at_;
};

}  // namespace qalam
