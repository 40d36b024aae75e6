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

// To its end. `directory` is for what else a trial leaves behind, and where the message is looked
// for that cancels it; `signals` are those of MakeSignalDescriptor. `began` is told the processes
// that lead the trial's groups.
Result RunTrial(const std::string& directory, Job job, std::unique_ptr<RecordSink> sink,
                int signals, const std::function<void(const std::vector<pid_t>&)>& began);

}  // namespace qalam::collector
