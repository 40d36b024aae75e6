// The files of a trial's folder that are between the process operator and the trial alone; those
// that it shares with the collector are in controller/collector/job.h.
#pragma once

namespace qalam {

inline constexpr char kTerminationMessageFile[] = "termination-message";
inline constexpr char kSlotsFile[] = "slots.json";

}  // namespace qalam
