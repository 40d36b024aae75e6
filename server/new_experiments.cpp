#include "server/new_experiments.h"

#include "api/new_document.h"
#include "base/random.h"
#include "base/uid.h"
#include "suggestion/registry.h"

namespace qalam {

std::vector<Fault> DocumentFaults(const std::string& text, const std::string& source,
                                  TrialOperator* trial_operator, ParseResult& parsed) {
  parsed = ParseDocuments(text, source.empty() ? "document" : source, RegisteredAlgorithms());
  std::vector<Fault> faults = parsed.faults;
  for (const auto& document : parsed.documents) {
    auto found = CheckAlgorithm(document, RegisteredAlgorithms());
    const auto of_engine = trial_operator != nullptr ? trial_operator->CheckTrials(document.spec)
                                                     : CheckLocalTrials(document.spec);
    found.insert(found.end(), of_engine.begin(), of_engine.end());
    const auto of_new = CheckNew(document);
    found.insert(found.end(), of_new.begin(), of_new.end());
    for (auto& fault : found) {
      fault.source = source.empty() ? "document" : source;
      faults.push_back(std::move(fault));
    }
  }
  return faults;
}

std::string ListedFaults(const std::vector<Fault>& faults) {
  constexpr size_t kLongest = 2500;
  std::string text;
  for (size_t i = 0; i < faults.size(); ++i) {
    const std::string line = faults[i].ToString();
    if (i > 0 && text.size() + line.size() > kLongest) {
      return text + fmt::format("\nand {} faults more: see ValidateDocument", faults.size() - i);
    }
    text += (i > 0 ? "\n" : "") + line;
  }
  return text;
}

Status CheckNamespaces(const std::vector<ExperimentDocument>& documents, GuardedCall& call) {
  for (const auto& document : documents) {
    const auto& metadata = document.metadata;
    if (&document == &documents.front()) call.object = {metadata.name_space, metadata.name};
    RETURN_IF_ERROR(Authority::CheckRole(call.identity(), call.right->role, metadata.name_space));
  }
  return absl::OkStatus();
}

ExperimentRecord NewExperimentRecord(ExperimentDocument document, const std::string& work_root,
                                     Time now) {
  ExperimentRecord record;
  record.uid = NewUid();
  if (document.metadata.name.empty()) {
    document.metadata.name = document.metadata.generate_name + record.uid.substr(0, 5);
  }
  // A chosen seed is written down, so that the run can be repeated.
  if (!document.spec.seed) document.spec.seed = StableHash(record.uid) >> 1;
  record.seed = *document.spec.seed;
  record.name_space = document.metadata.name_space;
  record.name = document.metadata.name;
  record.document_json = ToJson(document).dump();
  record.reason = "Created";
  record.message = "it waits for the controller";
  record.work_dir = work_root + "/" + record.uid;
  record.created = now;
  return record;
}

}  // namespace qalam
