#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>

#include <string>

#include "base/clock.h"
#include "server/telemetry/histogram_series.h"

namespace qalam {

// How long calls of one kind took, as NAME_seconds, and how many failed, as NAME_errors_total with
// the label `code` beside the others. Thread-safe.
class CallSeries {
 public:
  CallSeries(prometheus::Registry& registry, const std::string& name, const std::string& help);

  // Labels must come from a bounded set. `code` "OK" is no failure.
  void Note(const prometheus::Labels& labels, Duration took, const std::string& code);

 private:
  HistogramSeries seconds_;
  prometheus::Family<prometheus::Counter>& errors_;
};

}  // namespace qalam
