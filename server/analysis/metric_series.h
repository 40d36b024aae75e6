// One trial's metrics as curves.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam {

// [{"metric", "steps": [..], "times": [ms since 1970], "values": [..], "texts": [..]}] of points in
// the order appended, a member for each metric as it first comes. A step that was not given is
// null; NaN and the infinities are texts; "texts" is empty where every value is a number, else it
// has the same length, "" beside the numbers. `totals`, from metric to count, adds "total" after
// "metric".
std::string PrintMetricSeries(const std::vector<MetricPoint>& points,
                              const std::map<std::string, int64_t>* totals = nullptr);

// ,"steps":[..],"times":[..],"values":[..] of one metric's points, as above.
void AppendJsonPoints(std::string& json, const std::vector<MetricPoint>& points);

// {"series": ...} for GET .../metrics. `metric` empty: all. About `max_points` of each, spikes
// kept; 0: all.
StatusOr<std::string> MetricSeriesJson(Store& store, const TrialRecord& trial,
                                       const std::string& metric, int max_points);

}  // namespace qalam
