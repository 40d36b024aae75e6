// Changes of an Experiment object whose experiment has begun.
#pragma once

#include <optional>
#include <string>

#include "api/proto/qalam_v1.pb.h"
#include "db/store.h"

namespace qalam::cluster {

struct ObjectEdit {
  // The counts that the object says otherwise than the experiment has them; absent where it says
  // the same.
  std::optional<v1::EditBudgetRequest> budget;
  // What cannot be done of the rest, for people; empty when that is nothing.
  std::string refused;
};

// `document` is DocumentOf the object.
ObjectEdit EditOf(const std::string& document, const ExperimentRecord& experiment);

}  // namespace qalam::cluster
