// Filters over trials, on a table of three.

#include "server/analysis/trial_filter.h"

#include "tests/fuzz/fuzz_input.h"

namespace {

const qalam::TrialColumns& Columns() {
  static const auto* table = [] {
    using namespace qalam;
    ExperimentSpec spec;
    spec.objective.metric_name = "loss";
    spec.parameters = {{.name = "lr", .type = ParameterType::kDouble},
                       {.name = "kind", .type = ParameterType::kCategorical}};
    auto* made = new TrialTable(spec);
    for (int i = 0; i < 3; ++i) {
      TrialRecord trial{.uid = "u" + std::to_string(i), .name = "t", .number = i};
      trial.parameters = {{"lr", "0." + std::to_string(i)}, {"kind", "a"}};
      if (i > 0) trial.objective_value = i;
      made->Put(trial);
    }
    return made;
  }();
  return table->columns();
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  const auto filter = TrialFilter::Parse(std::string(AsText(data, size)), Columns());
  if (!filter.ok()) {
    FUZZ_CHECK(!Message(filter.status()).empty());
    return 0;
  }
  for (size_t row = 0; row < 3; ++row) filter->Matches(Columns(), row);
  return 0;
}
