#include <cstdio>

#include "cli/connection.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> Get(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  ASSIGN_OR_RETURN(const auto experiment, GetExperiment(*connection, MakeName(common, name), true));
  if (common.output == "json") {
    std::fputs(FormatJson(experiment).c_str(), stdout);
  } else if (common.output == "yaml") {
    // The document, as it could be submitted again.
    std::fputs(experiment.document_yaml().c_str(), stdout);
  } else {
    std::fputs(Summary(experiment).c_str() + 1, stdout);
  }
  return 0;
}

}  // namespace

void AddGet(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "get", "Show one experiment; -o yaml gives its document",
                           "qalam get digits-tpe -o yaml");
  auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "The experiment")->required();
  verb->callback([chosen, name] {
    *chosen = [name](const CommonOptions& common) { return Get(common, *name); };
  });
}

}  // namespace qalam
