#include "tests/conformance/store_fixture.h"

namespace qalam {

ExperimentRecord MakeExperiment(const std::string& name) {
  ExperimentRecord record;
  record.uid = "uid-" + name;
  record.name_space = "default";
  record.name = name;
  record.document_json = "{}";
  record.seed = 0xffffffffffffffffull;
  record.work_dir = "/work dir/" + name;
  record.created = absl::FromUnixMicros(1000);
  return record;
}

TrialRecord MakeTrial(const std::string& experiment, int64_t number) {
  TrialRecord record;
  record.experiment_uid = "uid-" + experiment;
  record.uid = fmt::format("{}-{}", record.experiment_uid, number);
  record.name = fmt::format("{}-t{}", experiment, number);
  record.number = number;
  record.parameters = {{"lr", "0.1"}, {"name with \"quotes\"\n", "\xc3\xa9"}};
  record.labels = {{"generation", "3"}};
  record.created = absl::FromUnixMicros(2000);
  return record;
}

MetricPoint MakePoint(const std::string& metric, double value, int64_t step) {
  return {.metric = metric, .time = absl::FromUnixMicros(step + 5), .value = value, .step = step};
}

}  // namespace qalam
