// What every engine does with the folder that it shares with a trial's collector: see
// docs/formats/trial-folder.md.
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/operators/operator.h"
#include "controller/operators/replica_set.h"

namespace qalam {

std::string FileInFolder(const std::string& folder, const char* name);

// Makes the folder with the files and the checkpoint that the trial is to find there.
Status PrepareTrialFolder(const TrialJob& job, const TrialCommands& commands);
// Writes job.json, and makes the spool so that there is something to watch before the collector
// begins.
Status WriteCollectorJob(const std::string& folder, const collector::Job& job);

// The message to the collector, and to whoever would start it, that the trial is to end; makes the
// folder where there is none.
Status WriteCancel(const std::string& folder);
bool IsCancelled(const std::string& folder);

// The reason of a collector's end that was told to end, by whomever.
inline constexpr char kCancelledReason[] = "Cancelled";

JobStatus StatusOfResult(const collector::Result& result);
// How the trial has ended, as its collector says; nullopt while it does not.
std::optional<JobStatus> ReadTrialEnd(const std::string& folder);
// The same, where nobody else can say who told the collector to end. Whoever stops a trial leaves
// the message before the signal: without it, the collector shared the fate of its machine, or of
// the service that started it.
std::optional<JobStatus> ReadProcessEnd(const std::string& folder);
// As TrialOperator's methods.
StatusOr<LogChunk> ReadTrialLog(const std::string& folder, uint64_t offset);
StatusOr<ObservationChunk> ReadTrialObservations(const std::string& folder, uint64_t offset);

}  // namespace qalam
