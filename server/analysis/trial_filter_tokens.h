// The words and signs of a filter expression.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

struct FilterToken {
  enum class Kind {
    kName,        // text: as written, which may be and, or, not
    kQuotedName,  // in backquotes
    kNumber,
    kText,
    kComparison,  // text: == != < <= > >=
    kOpen,
    kClose,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;
  double number = 0;
  size_t column = 0;  // from 1, in bytes
};

// Ends with one kEnd. INVALID_ARGUMENT with the column of what is no token.
StatusOr<std::vector<FilterToken>> TokenizeFilter(const std::string& text);

// INVALID_ARGUMENT: "at column N: ...".
Status FilterFault(size_t column, const std::string& what);

}  // namespace qalam
