// What a client's answer makes of a trial: pure, so that every case can be tested as a table.
#pragma once

#include <vector>

#include "controller/client_calls.h"
#include "db/store.h"

namespace qalam {

// Whether EndedTrial has to know what the trial reported before.
bool NeedsReportedMetrics(const ExperimentSpec& spec, const TellCall& call);

// The points to store with the end: the call's own, then one for each objective value.
std::vector<MetricPoint> ToldPoints(const ExperimentSpec& spec, const TellCall& call, Time now);

// The trial with its end. `trial.metrics` is what it reported before, as the store has it (may be
// left out when NeedsReportedMetrics is false). INVALID_ARGUMENT for a wrong number of objective
// values, and for a trial told as Succeeded of which an objective is not known.
StatusOr<TrialRecord> EndedTrial(const ExperimentSpec& spec, TrialRecord trial,
                                 const TellCall& call, Time now);

// Whether `ended` ended as the call says: a repeat is no contradiction. `ended.metrics` is as the
// store has it.
bool IsSameAnswer(const ExperimentSpec& spec, const TrialRecord& ended, const TellCall& call);

}  // namespace qalam
