#include <cstdio>

#include "cli/verbs/verbs.h"

namespace qalam {

void AddVersion(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "version", "Show the version", "qalam version");
  verb->callback([chosen] {
    *chosen = [](const CommonOptions&) -> StatusOr<int> {
      std::printf("qalam %s\n", QALAM_VERSION);
      return 0;
    };
  });
}

}  // namespace qalam
