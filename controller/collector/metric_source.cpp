#include "controller/collector/metric_source.h"

#include "controller/collector/sources.h"

namespace qalam::collector {

StatusOr<std::unique_ptr<MetricSource>> MakeMetricSource(const Job& job,
                                                         const std::string& directory) {
  switch (job.source) {
    case Source::kNone:
    case Source::kStdOut:
      break;
    case Source::kFile:
      return MakeFileSource(job);
    case Source::kEvents:
      return MakeEventSource(job);
    case Source::kCustom:
      return MakeCustomSource(job, directory);
    case Source::kScrape:
      return MakeScrapeSource(job);
  }
  return std::unique_ptr<MetricSource>();
}

}  // namespace qalam::collector
