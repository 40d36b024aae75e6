#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace qalam {

// This process as the system sees it: memory, processor time, open files, threads, when it began.
// By the names that Prometheus's own libraries use. What cannot be read is left out.
std::vector<prometheus::MetricFamily> ProcessFigures();

}  // namespace qalam
