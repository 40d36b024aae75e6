#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "suggestion/math/normal_distribution.h"
#include "suggestion/search_space.h"

namespace qalam {

namespace {

// Katib's normal distribution: centred, with three standard deviations to either bound.
constexpr double kNormalBound = 3;

// The unit interval to the standard normal truncated at kNormalBound, scaled to [0, 1]; and back.
double TruncatedNormalQuantile(double unit) {
  const double tail = NormalCdf(-kNormalBound);
  const double x = NormalQuantile(tail + unit * (1 - 2 * tail));
  return std::clamp((x + kNormalBound) / (2 * kNormalBound), 0.0, 1.0);
}
double TruncatedNormalCdf(double position) {
  const double tail = NormalCdf(-kNormalBound);
  const double x = (2 * position - 1) * kNormalBound;
  return std::clamp((NormalCdf(x) - tail) / (1 - 2 * tail), 0.0, 1.0);
}

StatusOr<double> ReadNumber(const Parameter& parameter, const char* field,
                            const std::string& text) {
  const size_t plus = text.starts_with("+") ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return InvalidArgument("parameter {}: {} should be a finite number, not \"{}\"", parameter.name,
                           field, text);
  }
  return value;
}

// How many digits follow the point; -1 for a number written with an exponent or a great many.
int Decimals(const std::string& text) {
  if (text.find_first_of("eE") != std::string::npos) return -1;
  const size_t point = text.find('.');
  const size_t digits = point == std::string::npos ? 0 : text.size() - point - 1;
  constexpr size_t kMostDigits = 12;  // beyond this, scaled integers would lose the last ones
  return digits > kMostDigits ? -1 : static_cast<int>(digits);
}

// More cells than this and neighbouring doubles would fall together.
constexpr double kMostCells = 0x1p53;

// From here on a double does not tell a whole number from the next.
constexpr double kLargestWhole = 0x1p53;

// Bounds and steps between which all values are different numbers.
Status CheckExact(const Parameter& parameter, double low, double high, double step) {
  const FeasibleSpace& space = parameter.feasible_space;
  if (!std::isfinite(high - low)) {
    return InvalidArgument(
        "parameter {}: the range from {} to {} is too wide; max less min should be a number too",
        parameter.name, space.min, space.max);
  }
  const std::pair<double, const std::string&> bounds[] = {{low, space.min}, {high, space.max}};
  for (const auto& [bound, text] : bounds) {
    if (parameter.type != ParameterType::kInt || std::fabs(bound) < kLargestWhole) continue;
    return InvalidArgument("parameter {}: {} should be between -2^53 and 2^53", parameter.name,
                           text);
  }
  if (step > 0 && (high - low) / step >= kMostCells) {
    return InvalidArgument("parameter {}: has more than 2^53 values; make the step larger",
                           parameter.name);
  }
  for (const auto& [bound, text] : bounds) {
    if (step == 0 || std::fabs(bound) / step <= kMostCells) continue;
    return InvalidArgument("parameter {}: step {} is lost beside {}; make it larger",
                           parameter.name, space.step, text);
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<Dimension> Dimension::Create(const Parameter& parameter) {
  Dimension dimension;
  dimension.parameter_ = parameter;
  const FeasibleSpace& space = parameter.feasible_space;
  if (parameter.type == ParameterType::kDiscrete || parameter.type == ParameterType::kCategorical) {
    if (space.list.empty()) return InvalidArgument("parameter {}: list is empty", parameter.name);
    const uint64_t size = space.list.size();
    dimension.cardinality_ = size;
    dimension.step_ = 1;
    dimension.high_ = static_cast<double>(size - 1);
    dimension.rank_to_index_.resize(size);
    std::iota(dimension.rank_to_index_.begin(), dimension.rank_to_index_.end(), 0);
    if (parameter.type == ParameterType::kDiscrete) {
      for (const auto& text : space.list) {
        ASSIGN_OR_RETURN(const double value, ReadNumber(parameter, "list", text));
        dimension.list_values_.push_back(value);
      }
      std::stable_sort(dimension.rank_to_index_.begin(), dimension.rank_to_index_.end(),
                       [&](uint64_t a, uint64_t b) {
                         return dimension.list_values_[a] < dimension.list_values_[b];
                       });
    }
    dimension.index_to_rank_.resize(size);
    for (uint64_t rank = 0; rank < size; ++rank) {
      dimension.index_to_rank_[dimension.rank_to_index_[rank]] = rank;
    }
    return dimension;
  }

  ASSIGN_OR_RETURN(dimension.low_, ReadNumber(parameter, "min", space.min));
  ASSIGN_OR_RETURN(dimension.high_, ReadNumber(parameter, "max", space.max));
  if (dimension.low_ > dimension.high_) {
    return InvalidArgument("parameter {}: min {} should not be above max {}", parameter.name,
                           space.min, space.max);
  }
  const bool whole = parameter.type == ParameterType::kInt;
  if (!space.step.empty()) {
    ASSIGN_OR_RETURN(dimension.step_, ReadNumber(parameter, "step", space.step));
    if (dimension.step_ <= 0) {
      return InvalidArgument("parameter {}: step {} should be above 0", parameter.name, space.step);
    }
  } else if (whole) {
    dimension.step_ = 1;
  }
  if (whole && (dimension.low_ != std::floor(dimension.low_) ||
                dimension.high_ != std::floor(dimension.high_) ||
                dimension.step_ != std::floor(dimension.step_))) {
    return InvalidArgument("parameter {}: min, max and step of an int should be whole numbers",
                           parameter.name);
  }
  dimension.log_ = space.distribution == Distribution::kLogUniform ||
                   space.distribution == Distribution::kLogNormal;
  dimension.normal_ =
      space.distribution == Distribution::kNormal || space.distribution == Distribution::kLogNormal;
  if (dimension.log_ && dimension.low_ <= 0) {
    return InvalidArgument("parameter {}: min {} should be above 0 for a logarithmic distribution",
                           parameter.name, space.min);
  }
  RETURN_IF_ERROR(CheckExact(parameter, dimension.low_, dimension.high_, dimension.step_));
  dimension.span_low_ = dimension.low_;
  dimension.span_high_ = dimension.high_;
  if (dimension.step_ > 0) {
    // A little slack: 0.3 / 0.1 is below 3 in binary.
    const double cells =
        std::floor((dimension.high_ - dimension.low_) / dimension.step_ + 1e-9) + 1;
    dimension.cardinality_ = static_cast<uint64_t>(cells);
    const double half = dimension.step_ / 2;
    // A logarithmic span must stay above zero.
    dimension.span_low_ = dimension.log_ ? std::max(dimension.low_ - half, dimension.low_ / 2)
                                         : dimension.low_ - half;
    dimension.span_high_ = dimension.GridValue(dimension.cardinality_ - 1) + half;
    const int min_decimals = Decimals(space.min);
    const int step_decimals = space.step.empty() ? 0 : Decimals(space.step);
    if (min_decimals >= 0 && step_decimals >= 0) {
      const int decimals = whole ? 0 : std::max(min_decimals, step_decimals);
      // Format counts in units of the last digit, in 64 bits.
      const double largest = std::max(std::fabs(dimension.low_), std::fabs(dimension.high_));
      if (largest * std::pow(10.0, decimals) < 0x1p62) dimension.decimals_ = decimals;
    }
  } else if (dimension.low_ == dimension.high_) {
    dimension.cardinality_ = 1;
    dimension.step_ = 1;
  }
  if (dimension.log_) {
    dimension.span_low_ = std::log(dimension.span_low_);
    dimension.span_high_ = std::log(dimension.span_high_);
  }
  return dimension;
}

double Dimension::FromUnit(double unit) const {
  unit = std::clamp(unit, 0.0, 1.0);
  const bool plain = !log_ && !normal_;
  if (cardinality_ > 0 && (plain || cardinality_ == 1)) {
    const auto cell = std::min<uint64_t>(
        static_cast<uint64_t>(unit * static_cast<double>(cardinality_)), cardinality_ - 1);
    return ValueAt(cell);
  }
  const double position = normal_ ? TruncatedNormalQuantile(unit) : unit;
  double value = span_low_ + position * (span_high_ - span_low_);
  if (log_) value = std::exp(value);
  if (cardinality_ > 0) {
    const double cell = std::round((value - low_) / step_);
    return GridValue(
        static_cast<uint64_t>(std::clamp(cell, 0.0, static_cast<double>(cardinality_ - 1))));
  }
  // Through a quantile function and back, an end comes out a digit beside itself.
  if (unit <= 0) return low_;
  return unit >= 1 ? high_ : std::clamp(value, low_, high_);
}

double Dimension::ToUnit(double value) const {
  const bool plain = !log_ && !normal_;
  if (cardinality_ > 0 && (plain || cardinality_ == 1)) {
    return (static_cast<double>(IndexOf(value)) + 0.5) / static_cast<double>(cardinality_);
  }
  const double transformed = log_ ? std::log(value) : value;
  const double position =
      std::clamp((transformed - span_low_) / (span_high_ - span_low_), 0.0, 1.0);
  return normal_ ? TruncatedNormalCdf(position) : position;
}

double Dimension::ValueAt(uint64_t index) const {
  return rank_to_index_.empty() ? GridValue(index) : static_cast<double>(rank_to_index_[index]);
}

uint64_t Dimension::IndexOf(double value) const {
  if (!index_to_rank_.empty()) return index_to_rank_[static_cast<size_t>(value)];
  const double cell = std::round((value - low_) / step_);
  return static_cast<uint64_t>(std::clamp(cell, 0.0, static_cast<double>(cardinality_ - 1)));
}

std::string Dimension::Format(double value) const {
  if (!index_to_rank_.empty()) return parameter_.feasible_space.list[static_cast<size_t>(value)];
  if (decimals_ >= 0) {
    // Whole multiples of the last digit are exact where sums of binary fractions are not.
    const double scale = std::pow(10.0, decimals_);
    const auto units = std::llround(low_ * scale) +
                       static_cast<int64_t>(IndexOf(value)) * std::llround(step_ * scale);
    if (decimals_ == 0) return fmt::format("{}", units);
    const auto divisor = static_cast<int64_t>(scale);
    return fmt::format("{}{}.{:0{}}", units < 0 ? "-" : "", std::abs(units) / divisor,
                       std::abs(units) % divisor, decimals_);
  }
  return fmt::format("{}", value);
}

StatusOr<double> Dimension::Parse(const std::string& text) const {
  const auto& list = parameter_.feasible_space.list;
  if (!index_to_rank_.empty()) {
    const auto entry = std::find(list.begin(), list.end(), text);
    if (entry != list.end()) return static_cast<double>(entry - list.begin());
    if (const auto number = ReadNumber(parameter_, "value", text); number.ok()) {
      // Another tool may print 32.0 for 32.
      const auto same = std::find(list_values_.begin(), list_values_.end(), *number);
      if (same != list_values_.end()) return static_cast<double>(same - list_values_.begin());
    }
    return OutOfRange("parameter {}: \"{}\" is not in its list", parameter_.name, text);
  }
  ASSIGN_OR_RETURN(const double value, ReadNumber(parameter_, "value", text));
  const double slack = 1e-9 * std::max({std::fabs(low_), std::fabs(high_), 1e-300});
  if (value < low_ - slack || value > high_ + slack) {
    return OutOfRange("parameter {}: {} is outside {} to {}", parameter_.name, text,
                      parameter_.feasible_space.min, parameter_.feasible_space.max);
  }
  if (cardinality_ == 0) return std::clamp(value, low_, high_);
  const double grid = GridValue(IndexOf(value));
  if (std::fabs(grid - value) > 1e-6 * step_) {
    return OutOfRange("parameter {}: {} is not on its grid of steps", parameter_.name, text);
  }
  return grid;
}

}  // namespace qalam
