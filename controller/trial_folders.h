// What becomes of the folders of trials that have ended: trialTemplate.trialFolders.
#pragma once

#include "api/experiment.h"
#include "db/store.h"

namespace qalam {

// Whether any folder of the experiment is ever removed.
bool RemovesTrialFolders(const ExperimentSpec& spec);

// Removes the folders, as the policy has it, of trials whose end is in the store. Those of trials
// that failed or gave no metric stay, to find out why; so does a checkpoint that a later trial may
// go on from. Decided anew from the folders that are there, so that a call that was cut off is made
// good by the next.
Status RemoveTrialFolders(Store& store, const ExperimentRecord& experiment,
                          const ExperimentSpec& spec);

}  // namespace qalam
