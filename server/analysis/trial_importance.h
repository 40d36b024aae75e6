// Parameter importance of an experiment in the store.
#pragma once

#include <string>

#include "server/analysis/trial_table.h"

namespace qalam {

struct ImportanceQuery {
  std::string evaluator;  // empty: fanova
  int objective = 0;      // 0: the main one, then the additional ones
};

// {"evaluator", "objective", "trials", "importances": [{"parameter", "importance"}], "pairs":
// [{"parameters": [a, b], "importance"}]}. Of Succeeded and EarlyStopped trials with a finite
// objective; of more than kMostImportanceTrials, so many drawn at random from the seed.
// INVALID_ARGUMENT for an evaluator or objective that is not there, FAILED_PRECONDITION with a
// sentence for people when there are too few trials to tell. `columns` are the experiment's.
StatusOr<std::string> ImportanceJson(Store& store, const ExperimentRecord& experiment,
                                     const ExperimentSpec& spec, const TrialColumns& columns,
                                     const ImportanceQuery& query);
inline constexpr size_t kMostImportanceTrials = 10000;

}  // namespace qalam
