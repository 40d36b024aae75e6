#include "server/document_cache.h"

#include "api/secret_values.h"
#include "controller/stored_document.h"
#include "suggestion/algorithm_choice.h"

namespace qalam {

namespace {
// As many as are followed at once, and a few more; a list of all experiments passes through.
constexpr size_t kMostEntries = 64;
}  // namespace

StatusOr<std::shared_ptr<const DocumentCache::Entry>> DocumentCache::Get(
    const ExperimentRecord& experiment, bool with_yaml) {
  std::shared_ptr<const Entry> known;
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = entries_.find(experiment.uid);
    if (entry != entries_.end()) known = entry->second;
  }
  const bool is_current = known != nullptr && known->json == experiment.document_json;
  if (is_current && (!with_yaml || !known->yaml.empty())) return known;
  auto entry = is_current ? std::make_shared<Entry>(*known) : std::make_shared<Entry>();
  if (!is_current) {
    entry->json = experiment.document_json;
    ASSIGN_OR_RETURN(entry->document, ParseStoredDocument(experiment.document_json));
    entry->algorithm_choice = ExplainChoice(entry->document.spec);
  }
  if (with_yaml) entry->yaml = ToYaml(WithoutSecrets(entry->document));
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= kMostEntries) entries_.clear();
  entries_[experiment.uid] = entry;
  return std::shared_ptr<const Entry>(std::move(entry));
}

}  // namespace qalam
