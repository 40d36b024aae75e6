// From a user's constraint to text of our own making: only this text reaches the expression parser.
#pragma once

#include <string>
#include <vector>

#include "api/constraint.h"

namespace qalam {

// An expression whose names are replaced by v0, v1, ... after their indices. origins[i] is the
// column, from 1, that character i came from; one more at the end is where the expression stops.
struct TranslatedExpression {
  std::string text;
  std::vector<size_t> origins;
};

struct TranslatedConstraint {
  TranslatedExpression left, right;
  std::string comparison;    // <=, <, >= or >
  std::vector<size_t> used;  // ascending
};

struct ConstraintFunction {
  const char* name;
  double (*one)(double);                  // of one argument, or null
  double (*several)(const double*, int);  // of one or more
};
const std::vector<ConstraintFunction>& ConstraintFunctions();

// INVALID_ARGUMENT with the column.
StatusOr<TranslatedConstraint> TranslateConstraint(const std::string& text,
                                                   const std::vector<ConstraintName>& names);

}  // namespace qalam
