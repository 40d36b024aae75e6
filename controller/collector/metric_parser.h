// Finds metrics in lines of a trial's output.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/collector/spool.h"

namespace qalam::collector {

class MetricParser {
 public:
  virtual ~MetricParser() = default;
  // Appends what the line holds of the wanted metrics. `now` is the time of points whose line says
  // none. Any bytes are allowed.
  virtual void Parse(std::string_view line, int64_t now, std::vector<SpooledPoint>& points) = 0;
};

// For the job's format, filters and metric names. INVALID_ARGUMENT for a filter that is no regular
// expression with two groups.
StatusOr<std::unique_ptr<MetricParser>> MakeMetricParser(const Job& job);

}  // namespace qalam::collector
