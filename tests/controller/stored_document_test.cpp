#include "controller/stored_document.h"

#include <catch2/catch.hpp>

#include "suggestion/registry.h"

namespace qalam {

TEST_CASE("What was accepted once can be read although it would be refused now",
          "[stored_document]") {
  // Of which the grid of doubles has only every other number.
  const std::string document = R"({
    "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {"name": "old"},
    "spec": {
      "objective": {"type": "minimize", "objectiveMetricName": "loss"},
      "algorithm": {"algorithmName": "random"},
      "trialRunner": "Client",
      "parameters": [{"name": "n", "parameterType": "int",
                      "feasibleSpace": {"min": "0", "max": "9223372036854775807"}}]}})";
  CHECK_FALSE(ParseDocuments(document, "new", RegisteredAlgorithms()).faults.empty());
  const auto stored = ParseStoredDocument(document);
  INFO(Message(stored.status()));
  REQUIRE(stored.ok());
  CHECK(stored->spec.parameters.front().feasible_space.max == "9223372036854775807");
  CHECK_FALSE(ParseStoredDocument("{}").ok());
}

}  // namespace qalam
