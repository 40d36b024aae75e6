#pragma once

#include <vector>

#include "db/store.h"

namespace qalam {

// At most about `max_points` of each metric (never fewer than 4): each metric's points are cut into
// buckets of equal count, and each bucket keeps its first lowest and first highest value, so that
// no spike is hidden. Points that are NaN are kept only in a bucket of nothing else. Order is kept.
std::vector<MetricPoint> Downsample(std::vector<MetricPoint> points, int max_points);

}  // namespace qalam
