// One maker for each format.
#pragma once

#include <memory>

#include "controller/collector/metric_parser.h"

namespace qalam::collector {

StatusOr<std::unique_ptr<MetricParser>> MakeTextParser(const Job& job);
StatusOr<std::unique_ptr<MetricParser>> MakeJsonParser(const Job& job);

}  // namespace qalam::collector
