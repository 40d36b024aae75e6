// Runs a trial's command, wherever its records go.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/collector/record_sink.h"

namespace qalam::collector {

// Blocks the signals this program acts on and returns where they can be read.
FileDescriptor MakeSignalDescriptor();

struct TrialRunCalls {
  // Is told the processes that lead the trial's groups.
  std::function<void(const std::vector<pid_t>&)> began;
  // Whether another runs the trial by now, so that what this one does is in its way.
  std::function<bool()> is_superseded;
};

// To its end. `directory` is for what else a trial leaves behind, and where the message is looked
// for that cancels it; `signals` are those of MakeSignalDescriptor.
Result RunTrial(const std::string& directory, Job job, std::unique_ptr<RecordSink> sink,
                int signals, const TrialRunCalls& calls);

}  // namespace qalam::collector
