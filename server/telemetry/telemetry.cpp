#include "server/telemetry/telemetry.h"

#include <absl/time/clock.h>
#include <prometheus/client_metric.h>

namespace qalam {

namespace {

prometheus::Histogram::BucketBoundaries RequestBuckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

prometheus::Family<prometheus::Counter>& CounterFamily(prometheus::Registry& registry,
                                                       const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

}  // namespace

std::string CodeName(StatusCode code) {
  const auto text = absl::StatusCodeToString(code);
  return text.empty() ? "UNKNOWN" : text;
}

Telemetry::Telemetry()
    : store_(registry_, "qalam_store_call", "Calls of the store"),
      operator_(registry_, "qalam_operator_call", "Calls of the engine that runs trials"),
      suggestions_(registry_, "qalam_suggestion", "Suggestions asked of an algorithm"),
      http_seconds_(registry_, "qalam_http_request_seconds",
                    "HTTP requests: how long until their answer was ready", RequestBuckets()),
      grpc_seconds_(registry_, "qalam_grpc_request_seconds", "gRPC calls: how long they took",
                    RequestBuckets()),
      http_requests_(CounterFamily(registry_, "qalam_http_requests_total", "HTTP requests")),
      grpc_requests_(CounterFamily(registry_, "qalam_grpc_requests_total", "gRPC calls")),
      ended_trials_(CounterFamily(registry_, "qalam_trials_ended_total",
                                  "Trials that have ended since the server began")),
      points_(CounterFamily(registry_, "qalam_metric_points_collected_total",
                            "Metric points stored since the server began")
                  .Add({})) {}

void Telemetry::NoteStore(const char* operation, Duration took, const Status& status) {
  const std::string code = CodeName(status.code());
  store_.Note({{"operation", operation}}, took, code);
  slow_calls_.Note(fmt::format("store {}", operation), took, code, absl::Now());
}

void Telemetry::NoteOperator(const std::string& engine, const char* call, Duration took,
                             const Status& status) {
  const std::string code = CodeName(status.code());
  operator_.Note({{"engine", engine}, {"call", call}}, took, code);
  slow_calls_.Note(fmt::format("operator {} {}", engine, call), took, code, absl::Now());
}

void Telemetry::NoteSuggestion(const std::string& algorithm, Duration took, const Status& status) {
  const std::string code = CodeName(status.code());
  suggestions_.Note({{"algorithm", algorithm}}, took, code);
  slow_calls_.Note(fmt::format("suggestion {}", algorithm), took, code, absl::Now());
}

void Telemetry::NoteHttp(const std::string& route, const std::string& method, int code,
                         Duration took) {
  http_seconds_.Observe({{"route", route}, {"method", method}}, took);
  http_requests_.Add({{"route", route}, {"method", method}, {"code", std::to_string(code)}})
      .Increment();
  slow_calls_.Note(fmt::format("http {} {}", method, route), took, std::to_string(code),
                   absl::Now());
}

void Telemetry::NoteGrpc(const std::string& method, StatusCode code, Duration took) {
  grpc_seconds_.Observe({{"method", method}}, took);
  grpc_requests_.Add({{"method", method}, {"code", CodeName(code)}}).Increment();
}

void Telemetry::NoteEndedTrials(const std::string& state, int64_t count) {
  ended_trials_.Add({{"state", state}}).Increment(static_cast<double>(count));
}

prometheus::MetricFamily GaugeFamily(
    const std::string& name, const std::string& help,
    const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, double>>&
        values) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  for (const auto& [labels, value] : values) {
    prometheus::ClientMetric metric;
    for (const auto& [label, text] : labels) metric.label.push_back({label, text});
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

prometheus::MetricFamily GaugeFamily(const std::string& name, const std::string& help,
                                     double value) {
  return GaugeFamily(name, help, {{{}, value}});
}

}  // namespace qalam
