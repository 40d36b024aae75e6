// Experiment documents: whatever is taken comes back the same from its printed form.

#include "api/experiment.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

// Knows the names alone: what algorithms think of their settings is none of the document's parser.
class NamesOnly final : public qalam::AlgorithmCatalog {
 public:
  std::vector<std::string> Names() const override {
    return {"random", "tpe", "auto", "pbt", "enas", "hyperband", "grid"};
  }
  std::vector<AlgorithmFault> Check(const qalam::ExperimentSpec&) const override { return {}; }
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  static const NamesOnly catalog;
  const auto parsed = ParseDocuments(std::string(AsText(data, size)), "f", catalog);
  for (const auto& fault : parsed.faults) FUZZ_CHECK(!fault.ToString().empty());
  FUZZ_CHECK(parsed.documents.empty() || parsed.faults.empty());
  for (const auto& document : parsed.documents) {
    // Throws where text is no UTF-8.
    const std::string json = ToJson(document).dump();
    const auto again = ParseDocuments(ToYaml(document), "again", catalog);
    FUZZ_CHECK(again.faults.empty());
    FUZZ_CHECK(again.documents.size() == 1);
    FUZZ_CHECK(ToJson(again.documents[0]).dump() == json);
  }
  return 0;
}
