// What a server counts and times about itself. Whatever measures is given it; there is one a
// server.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "server/telemetry/call_series.h"
#include "server/telemetry/slow_calls.h"

namespace qalam {

// "NOT_FOUND", as errors of the APIs name it.
std::string CodeName(StatusCode code);

// Thread-safe. Each Note costs about a microsecond.
class Telemetry {
 public:
  Telemetry();

  void NoteStore(const char* operation, Duration took, const Status& status);
  void NoteOperator(const std::string& engine, const char* call, Duration took,
                    const Status& status);
  void NoteSuggestion(const std::string& algorithm, Duration took, const Status& status);
  void NoteHttp(const std::string& route, const std::string& method, int code, Duration took);
  void NoteGrpc(const std::string& method, StatusCode code, Duration took);
  void NotePoints(int64_t count) { points_.Increment(static_cast<double>(count)); }
  void NoteEndedTrials(const std::string& state, int64_t count);

  // All that was noted.
  std::vector<prometheus::MetricFamily> Collect() const { return registry_.Collect(); }
  const SlowCalls& slow_calls() const { return slow_calls_; }

 private:
  prometheus::Registry registry_;
  CallSeries store_, operator_, suggestions_;
  HistogramSeries http_seconds_, grpc_seconds_;
  prometheus::Family<prometheus::Counter>& http_requests_;
  prometheus::Family<prometheus::Counter>& grpc_requests_;
  prometheus::Family<prometheus::Counter>& ended_trials_;
  prometheus::Counter& points_;
  SlowCalls slow_calls_;
};

// A value of now, for what is asked when it is wanted.
prometheus::MetricFamily GaugeFamily(
    const std::string& name, const std::string& help,
    const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, double>>& values);
prometheus::MetricFamily GaugeFamily(const std::string& name, const std::string& help,
                                     double value);

}  // namespace qalam
