// What a trial's job asks of the machine and how long it may take.
#pragma once

#include <optional>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

struct JobNeeds {
  Resources resources;
  std::optional<double> timeout_seconds;
};

// From the template alone when that names resources; else from the primary container's, counted as
// a scheduler does: a cpu by its request, memory and nvidia.com/gpu by their limit, either by the
// other where it is missing. The time is the least of the template's timeout and the manifest's
// activeDeadlineSeconds, of the Job and of its pod. A value that still holds a placeholder counts
// as not said. INVALID_ARGUMENT names the field that is no amount.
StatusOr<JobNeeds> NeedsOf(const TrialTemplate& trial_template, const Json& manifest);

}  // namespace qalam
