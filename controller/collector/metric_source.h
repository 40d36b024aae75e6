// Where a trial's metrics come from when it is not the command's own output.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/collector/spool.h"

namespace qalam::collector {

using SteadyClock = std::chrono::steady_clock;

// How often files are looked at. Fast enough for a person who watches, and cheap.
inline constexpr std::chrono::milliseconds kFilePoll(100);

// Belongs to the loop that runs the trial (run.cpp) and never blocks it.
class MetricSource {
 public:
  virtual ~MetricSource() = default;

  // Once the trial's command has begun.
  virtual void CommandBegan() {}
  // What to wait for, and by when to look in any case.
  virtual int descriptor() const { return -1; }
  virtual short events() const { return 0; }
  virtual SteadyClock::time_point next_look() const { return SteadyClock::now() + kFilePoll; }
  // Appends what is new, bounded; false when there is nothing more for now. `now` is the time of
  // points that have none of their own, in microseconds since 1970.
  virtual bool Look(int64_t now, std::vector<SpooledPoint>& points) = 0;
  // A child of this process has ended, as waitpid gives it.
  virtual void Reaped(pid_t, int) {}
  // The command has ended, though its children may not have. Looks go on until it is done.
  virtual void CommandEnded() {}
  virtual bool IsDone() const { return true; }
  // After the last look.
  virtual void Finish(int64_t, std::vector<SpooledPoint>&) {}
  // What went wrong, as a clause for the trial's message; empty when nothing did.
  virtual std::string complaint() const { return ""; }
};

// For the job's source, before its command begins; null when there is nothing to look at.
// `directory` is the trial's folder.
StatusOr<std::unique_ptr<MetricSource>> MakeMetricSource(const Job& job,
                                                         const std::string& directory);

}  // namespace qalam::collector
