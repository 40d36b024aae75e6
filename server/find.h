#pragma once

#include <string>

#include "api/proto/qalam_v1.pb.h"
#include "db/store.h"

namespace qalam {

// By namespace ("default" when empty) and name. NOT_FOUND says which.
StatusOr<ExperimentRecord> FindExperiment(Store& store, const v1::ExperimentName& name);

struct FoundTrial {
  TrialRecord trial;
  ExperimentRecord experiment;
};
StatusOr<FoundTrial> FindTrial(Store& store, const v1::TrialName& name);
// For Katib's API, which names no namespace.
StatusOr<TrialRecord> FindTrialByName(Store& store, const std::string& name);

// NOT_FOUND when the trial's output was removed with its folder, as its experiment has it.
Status CheckOutputKept(const FoundTrial& found);

}  // namespace qalam
