#include "controller/collector/metric_parser.h"

#include "controller/collector/parsers.h"

namespace qalam::collector {

StatusOr<std::unique_ptr<MetricParser>> MakeMetricParser(const Job& job) {
  return job.format == Format::kJson ? MakeJsonParser(job) : MakeTextParser(job);
}

}  // namespace qalam::collector
