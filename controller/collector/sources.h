// One maker for each source.
#pragma once

#include <memory>
#include <string>

#include "controller/collector/metric_source.h"

namespace qalam::collector {

// Lines of the file `job.file`, as the job's format has them.
StatusOr<std::unique_ptr<MetricSource>> MakeFileSource(const Job& job);
// Scalars of the TensorBoard event files in the folder `job.file`, or of that file.
StatusOr<std::unique_ptr<MetricSource>> MakeEventSource(const Job& job);
// Lines that the job's collector command prints, as the job's format has them.
StatusOr<std::unique_ptr<MetricSource>> MakeCustomSource(const Job& job,
                                                         const std::string& directory);
// What the trial itself serves at the job's endpoint, in Prometheus' text format.
StatusOr<std::unique_ptr<MetricSource>> MakeScrapeSource(const Job& job);

}  // namespace qalam::collector
