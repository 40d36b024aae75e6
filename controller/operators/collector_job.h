// What a collector is told about a trial, whichever engine starts it.
#pragma once

#include <map>
#include <string>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/operators/operator.h"
#include "controller/operators/replica_set.h"
#include "controller/operators/slots.h"

namespace qalam {

// What the engine adds to each of its trials.
struct CollectorJobOptions {
  double grace_seconds = 10;  // between TERM and KILL
  // Under that of the trial and of its container.
  std::map<std::string, std::string> environment;
};

// The environment of the result is a change to the collector's own. It is not complete before the
// job has its room: see AddRoom.
StatusOr<collector::Job> MakeCollectorJob(const TrialJob& job, const TrialCommands& commands,
                                          const CollectorJobOptions& options);

// Tells the trial's processes what they have of the machine. Each has its share, by rank, and no
// variable that its manifest gives is changed but the GPUs' own.
void AddRoom(const Room& room, const TrialCommands& commands, collector::Job& collector_job);

}  // namespace qalam
