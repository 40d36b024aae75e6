#include <cstdio>

#include "api/grpc_status.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"
#include "suggestion/registry.h"

namespace qalam {

void AddAlgorithms(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "algorithms", "List the algorithms and their settings",
                           "qalam algorithms");
  verb->callback([chosen] {
    *chosen = [](const CommonOptions&) -> StatusOr<int> {
      for (const auto& entry : AlgorithmRegistry()) {
        std::printf("%s\n  %s\n", entry.name.c_str(), entry.summary.c_str());
        for (const auto& alias : entry.aliases) std::printf("  Also called: %s\n", alias.c_str());
        if (!entry.citation.empty()) std::printf("  Source: %s\n", entry.citation.c_str());
        for (const auto& setting : entry.settings) {
          std::printf(
              "  %s: %s%s. %s\n", setting.name.c_str(), setting.Allowed().c_str(),
              setting.default_value.empty() ? "" : (", default " + setting.default_value).c_str(),
              setting.help.c_str());
        }
      }
      return 0;
    };
  });
}

}  // namespace qalam
