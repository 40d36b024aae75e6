#include <cstdio>
#include <string>
#include <vector>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"
#include "suggestion/early_stopping/stopping_registry.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

// A row of either registry.
template <typename Entry>
void PrintEntry(const Entry& entry, const std::vector<std::string>& aliases = {}) {
  std::printf("%s\n  %s\n", entry.name.c_str(), entry.summary.c_str());
  for (const auto& alias : aliases) std::printf("  Also called: %s\n", alias.c_str());
  if (!entry.citation.empty()) std::printf("  Source: %s\n", entry.citation.c_str());
  for (const auto& setting : entry.settings) {
    std::printf("  %s: %s%s. %s\n", setting.name.c_str(), setting.Allowed().c_str(),
                setting.default_value.empty() ? "" : (", default " + setting.default_value).c_str(),
                setting.help.c_str());
  }
}

}  // namespace

void AddAlgorithms(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "algorithms",
                           "List the algorithms, the early stopping rules and their settings",
                           "qalam algorithms");
  verb->callback([chosen] {
    *chosen = [](const CommonOptions&) -> StatusOr<int> {
      for (const auto& entry : AlgorithmRegistry()) PrintEntry(entry, entry.aliases);
      std::printf("\nEarly stopping (spec.earlyStopping):\n\n");
      for (const auto& entry : StoppingRegistry()) PrintEntry(entry);
      return 0;
    };
  });
}

}  // namespace qalam
