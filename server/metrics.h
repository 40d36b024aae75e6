#pragma once

#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"
#include "base/clock.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// A trial that was reported of, what was reported, and the lease that its client named.
struct HeardTrial {
  std::string experiment_uid;
  std::string trial_uid;
  std::string lease;
  std::vector<MetricPoint> points;
};

// qalam.v1.ReportMetrics: stores all points or none of them.
StatusOr<std::vector<HeardTrial>> ReportMetrics(Store& store, Time now,
                                                const v1::ReportMetricsRequest& request,
                                                v1::ReportMetricsReply& reply);
// qalam.v1.ReadMetrics.
Status ReadMetrics(Store& store, const v1::ReadMetricsRequest& request,
                   v1::ReadMetricsReply& reply);

}  // namespace qalam
