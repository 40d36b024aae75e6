// What becomes of the documents of CreateExperiments and ValidateDocument.
#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/identity/call_guard.h"

namespace qalam {

// All faults of the document, also those of what the engine cannot run. `trial_operator` may be
// null.
std::vector<Fault> DocumentFaults(const std::string& text, const std::string& source,
                                  TrialOperator* trial_operator, ParseResult& parsed);

// A line each, as far as the trailers of a gRPC call hold them: 8 KiB in all, where some bytes take
// three. ValidateDocument gives every one.
std::string ListedFaults(const std::vector<Fault>& faults);

// PERMISSION_DENIED unless the caller has the call's role in the namespace of each. The first of
// them is what the audit log names.
Status CheckNamespaces(const std::vector<ExperimentDocument>& documents, GuardedCall& call);

// The row of a new experiment, whose trials live under `work_root`.
ExperimentRecord NewExperimentRecord(ExperimentDocument document, const std::string& work_root,
                                     Time now);

}  // namespace qalam
