#pragma once

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/operators/operator.h"

namespace qalam {

// Where the collector is to find the metrics of a trial whose environment and folder `result`
// already has. INVALID_ARGUMENT names a field of the document that a process cannot do.
Status SetMetricSource(const TrialJob& job, collector::Job& result);

}  // namespace qalam
