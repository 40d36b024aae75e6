// The intermediate values of many trials, for one chart.
#pragma once

#include <string>
#include <vector>

#include "server/analysis/trial_table.h"

namespace qalam {

struct CurvesQuery {
  std::string metric;  // empty: the main objective's
  int points = 100;    // of each trial, about
  int trials = 500;
};

// The trials that are drawn, by number: all that have reported the metric; when they are more than
// `most`, one half are those with the best objective and the other the most recent.
std::vector<size_t> ChooseCurves(const TrialColumns& columns, const std::string& metric,
                                 size_t most);

// {"metric", "series": [{"number", "steps": [..], "times": [ms since 1970], "values": [..]}]} by
// number. A step that was not given is null; NaN and the infinities are texts. Spikes stay, as
// Downsample keeps them. One query of the store for each trial drawn. NOT_FOUND when no trial has
// reported the metric.
StatusOr<std::string> CurvesJson(Store& store, const TrialColumns& columns,
                                 const CurvesQuery& query);

}  // namespace qalam
