// What Slurm says of a job.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qalam::slurm {

struct QueueEntry {
  int64_t job_id = 0;
  std::string name;
  std::string state;   // in one word: PENDING, RUNNING, NODE_FAIL, ...
  std::string nodes;   // those it has or had; empty before
  std::string reason;  // why it waits or has failed: Resources, JobHeldUser, ...; "by 1000" of one
                       // that was cancelled, where accounting knows it
};

// What squeue is asked to print of each job, and sacct. Lines that are none are passed over: Slurm
// may put its own remarks between them.
inline constexpr char kQueueFormat[] = "%A|%j|%T|%N|%r";
std::vector<QueueEntry> ParseQueue(std::string_view text);
inline constexpr char kAccountingFields[] = "JobIDRaw,JobName,State,NodeList";
std::vector<QueueEntry> ParseAccounting(std::string_view text);

// The one of several jobs of a name that tells most: one that may still run the trial, or the
// first. Null when there is none.
const QueueEntry* MostTelling(const std::vector<QueueEntry>& entries);

}  // namespace qalam::slurm
