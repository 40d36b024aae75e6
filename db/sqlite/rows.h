// Records to columns and back.
#pragma once

#include <string>

#include "db/sqlite/connection.h"
#include "db/store.h"

namespace qalam::sqlite {

#define QALAM_EXPERIMENT_COLUMNS                                                            \
  "uid, name_space, name, document, seed, state, reason, message, paused, stop_requested, " \
  "delete_requested, suggestions_exhausted, work_dir, created, started, completed, version"
#define QALAM_TRIAL_COLUMNS                                                                       \
  "t.uid, t.number, t.name, t.parameters, t.labels, t.state, t.reason, t.message, "               \
  "t.has_objective, t.objective, t.handle, t.collected_bytes, t.attempts, t.created, t.started, " \
  "t.completed, t.additional_objectives, t.violations, t.waits_for_room, t.worker, t.lease, "     \
  "t.lease_seconds"

ExperimentRecord ReadExperiment(Statement& row);
// DATA_LOSS when a column does not hold what was written there.
StatusOr<TrialRecord> ReadTrial(Statement& row);

// Parameters as [["name","value"],...], labels as an object.
std::string EncodeParameters(const std::vector<Assignment>& parameters);
std::string EncodeLabels(const std::map<std::string, std::string>& labels);
// Numbers as the shortest text that reads back the same, apart by spaces; NaN and infinities too.
std::string EncodeNumbers(const std::vector<double>& numbers);

}  // namespace qalam::sqlite
