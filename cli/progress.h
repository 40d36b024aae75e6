#pragma once

#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"
#include "base/clock.h"

namespace qalam {

int64_t EndedTrials(const v1::TrialCounts& counts);
// From the pace so far; empty while there is none, or no maxTrialCount.
std::string FormatTimeLeft(const v1::Experiment& experiment, Time now);
// The live view: bar, counts and incumbent, each a line no wider than `width`.
std::vector<std::string> ProgressLines(const v1::Experiment& experiment, Time now, int width);
// The same in one line, for files and pipes.
std::string ProgressLine(const v1::Experiment& experiment);
// What to show once it has ended.
std::string Summary(const v1::Experiment& experiment);

}  // namespace qalam
