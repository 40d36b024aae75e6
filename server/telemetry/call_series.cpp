#include "server/telemetry/call_series.h"

namespace qalam {

namespace {

// From a tenth of a millisecond, which a small read takes, to what no call should.
prometheus::Histogram::BucketBoundaries CallBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
          0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
}

}  // namespace

CallSeries::CallSeries(prometheus::Registry& registry, const std::string& name,
                       const std::string& help)
    : seconds_(registry, name + "_seconds", help + ": how long they took", CallBuckets()),
      errors_(prometheus::BuildCounter()
                  .Name(name + "_errors_total")
                  .Help(help + ": those that failed")
                  .Register(registry)) {}

void CallSeries::Note(const prometheus::Labels& labels, Duration took, const std::string& code) {
  const bool is_new = seconds_.Observe(labels, took);
  prometheus::Labels with_code = labels;
  // A series that begins with its first error shows no increase by it.
  if (is_new) {
    with_code["code"] = "UNAVAILABLE";
    errors_.Add(with_code);
  }
  if (code == "OK") return;
  with_code["code"] = code;
  errors_.Add(with_code).Increment();
}

}  // namespace qalam
