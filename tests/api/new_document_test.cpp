#include "api/new_document.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("A new document has names of metrics that every database keeps", "[new_document]") {
  ExperimentDocument document;
  Objective& objective = document.spec.objective;
  objective.metric_name = std::string(kLongestMetricName, 'm');
  CHECK(CheckNew(document).empty());
  objective.additional_metric_names = {std::string(kLongestMetricName + 1, 'n')};
  const auto faults = CheckNew(document);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].field == "spec.objective");
  CHECK(faults[0].message.find("250 bytes at most, not 251: nnn") != std::string::npos);
}

}  // namespace qalam
