#include "controller/stored_document.h"

#include "suggestion/registry.h"

namespace qalam {

StatusOr<ExperimentDocument> ParseStoredDocument(const std::string& json) {
  auto result = ParseDocuments(json, "stored document", RegisteredAlgorithms());
  if (!result.faults.empty()) return Internal("{}", result.faults.front().ToString());
  if (result.documents.size() != 1) return Internal("a stored document holds several");
  return std::move(result.documents.front());
}

}  // namespace qalam
