#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// The value, by its strategy, of every metric that the objective names. Those that were never
// reported, or only as NaN, are left out.
std::map<std::string, double> MetricValues(const Objective& objective,
                                           const std::vector<MetricSummary>& metrics);

// The objective's value by its metric strategy. NOT_FOUND when the trial never reported it (the
// message says what it did report), OUT_OF_RANGE when it is not a number.
StatusOr<double> ObjectiveValue(const Objective& objective,
                                const std::vector<MetricSummary>& metrics);

}  // namespace qalam
