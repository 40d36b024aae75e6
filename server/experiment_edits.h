// The changes a user may make to an experiment: each a pure function on its record.
#pragma once

#include "api/proto/qalam_v1.pb.h"
#include "db/store.h"

namespace qalam {

Status ApplyStop(ExperimentRecord& record);
Status ApplyPause(ExperimentRecord& record);
// A stopped experiment goes on; a finished one needs room in its budget first.
Status ApplyResume(const TrialCounts& counts, ExperimentRecord& record);
// FAILED_PRECONDITION when the new counts contradict what has run, or when the experiment has ended
// and its resumePolicy is Never.
Status ApplyBudget(const v1::EditBudgetRequest& request, const TrialCounts& counts,
                   ExperimentRecord& record);

}  // namespace qalam
