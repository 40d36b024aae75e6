// Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qalam::collector {

struct PrometheusSample {
  std::string_view name;  // with its labels, as written
  double value = 0;
  std::optional<int64_t> time_microseconds;  // since 1970
};

// The sample of a line; nullopt for a comment, an empty line, or one that is no sample.
std::optional<PrometheusSample> ParsePrometheusLine(std::string_view line);

}  // namespace qalam::collector
