#pragma once

#include <map>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam::http {

// Points as the API's series, one a metric in the order of their names: steps (-1 for none), times
// in Unix milliseconds, values, and texts, which is empty where no value is a text. `totals` says
// how many points each metric has in all; without it, as many as are given.
Json SeriesToJson(const std::vector<MetricPoint>& points,
                  const std::map<std::string, int64_t>& totals = {});

}  // namespace qalam::http
