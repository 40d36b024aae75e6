#include "controller/stored_document.h"

#include "suggestion/registry.h"

namespace qalam {

namespace {

// A later version may know more faults of an algorithm and its space. What was accepted once can be
// shown all the same.
class AcceptedAlgorithms final : public AlgorithmCatalog {
 public:
  std::vector<std::string> Names() const override { return RegisteredAlgorithms().Names(); }
  std::vector<AlgorithmFault> Check(const ExperimentSpec&) const override { return {}; }
};

}  // namespace

StatusOr<ExperimentDocument> ParseStoredDocument(const std::string& json) {
  auto result = ParseDocuments(json, "stored document", AcceptedAlgorithms());
  if (!result.faults.empty()) return Internal("{}", result.faults.front().ToString());
  if (result.documents.size() != 1) return Internal("a stored document holds several");
  return std::move(result.documents.front());
}

}  // namespace qalam
