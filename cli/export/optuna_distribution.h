#pragma once

#include <string>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

// A parameter's value as Optuna's RDB storage has it: a number, and the distribution that gives it
// its meaning.
struct OptunaValue {
  double number = 0;
  std::string distribution_json;
};

// INVALID_ARGUMENT for a value that is not in the parameter's space.
StatusOr<OptunaValue> ToOptuna(const Parameter& parameter, const std::string& value);

}  // namespace qalam
