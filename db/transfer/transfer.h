// Experiments out of a database into a stream of lines, and into another database of any back end:
// docs/formats/export.md. Of everything no more is held than a part of one experiment, and of the
// export the points of one trial.
#pragma once

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "base/status.h"
#include "db/store.h"

namespace qalam {

inline constexpr int kExportVersion = 1;

struct TransferCounts {
  int64_t experiments = 0, trials = 0, points = 0, events = 0;
  // Of those that were refused, why; the others are there all the same.
  std::vector<std::string> refused;
};

// Every experiment that `query` gives, each as it is at some moment.
StatusOr<TransferCounts> ExportExperiments(Store& store, const ExperimentQuery& query,
                                           std::ostream& output);

// An experiment comes in whole or not at all: one whose namespace and name, or uid, is taken is
// passed over, and one that an import left unfinished, when its process was killed, is replaced.
// INVALID_ARGUMENT, with the line, where the stream is damaged or ends early: the experiments
// before that are there, the one that it is in is not.
StatusOr<TransferCounts> ImportExperiments(std::istream& input, Store& store);

}  // namespace qalam
