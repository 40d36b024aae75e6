// Comparisons over named numbers: "batch * width <= 4096", "max(a, b) < 1", "latency <= 100".
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

// A name that stands in the experiment. Words (categorical parameters) are known so that their use
// can be refused with the reason.
struct ConstraintName {
  enum class Kind { kParameter, kWord, kMetric };
  std::string name;
  Kind kind = Kind::kParameter;
};

// The parameters in their order, then every metric that the objective names. A parameter hides a
// metric of its name.
std::vector<ConstraintName> ConstraintNames(const std::vector<Parameter>& parameters,
                                            const Objective& objective);

// One comparison (<=, <, >= or >) of two arithmetic expressions: + - * / ^, parentheses, numbers,
// names, and the functions abs, ceil, exp, floor, log, log2, log10, max, min, round and sqrt.
// Copies are independent; one of them must not be evaluated by two threads at once.
class Constraint {
 public:
  // Where names could be read in several ways ("a-b" beside "a" and "b"), the longest counts.
  // INVALID_ARGUMENT says what is wrong and at which column of `text`, from 1.
  static StatusOr<Constraint> Parse(const std::string& text,
                                    const std::vector<ConstraintName>& names);
  Constraint(const Constraint& other);
  Constraint& operator=(const Constraint& other);
  Constraint(Constraint&&) noexcept;
  Constraint& operator=(Constraint&&) noexcept;
  ~Constraint();

  const std::string& text() const { return text_; }
  // Indices into `names`, ascending. Never empty.
  const std::vector<size_t>& used() const { return used_; }
  // True when it compares metrics (an outcome constraint), false for parameters; never both.
  bool is_outcome() const { return is_outcome_; }
  // By how much it is broken: lhs - rhs for <= and <, rhs - lhs for the others; 0 and below hold.
  // NaN where an expression is not a number. `values` by index into `names`, as far as used.
  double Violation(std::span<const double> values) const;
  bool Holds(std::span<const double> values) const { return Violation(values) <= 0; }

 private:
  struct Expressions;
  Constraint();

  std::string text_;
  std::vector<size_t> used_;
  bool is_outcome_ = false;
  std::unique_ptr<Expressions> expressions_;
};

// The constraints of an experiment that are of one kind, in their order. INVALID_ARGUMENT for any
// that does not parse.
enum class ConstraintKind { kParameters, kOutcome };
StatusOr<std::vector<Constraint>> ParseConstraints(const ExperimentSpec& spec, ConstraintKind kind);

// One number for each outcome constraint of the experiment, as Violation gives it; NaN where
// `metrics`, by name, lacks one that it needs. INVALID_ARGUMENT when a constraint does not parse.
StatusOr<std::vector<double>> OutcomeViolations(const ExperimentSpec& spec,
                                                const std::map<std::string, double>& metrics);

}  // namespace qalam
