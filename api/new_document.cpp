#include "api/new_document.h"

#include "api/secret_values.h"
#include "base/utf8.h"

namespace qalam {

std::vector<Fault> CheckNew(const ExperimentDocument& document) {
  std::vector<Fault> faults = CheckNoMasks(document);
  for (const auto& name : MetricNames(document.spec.objective)) {
    if (name.size() <= kLongestMetricName) continue;
    faults.push_back(
        {.field = "spec.objective",
         .message = fmt::format("a metric's name has {} bytes at most, not {}: {}...",
                                kLongestMetricName, name.size(), WholeCharacters(name, 50))});
  }
  return faults;
}

}  // namespace qalam
