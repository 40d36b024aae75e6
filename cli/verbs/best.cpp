#include <cstdio>

#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> Best(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  ASSIGN_OR_RETURN(const auto experiment, GetExperiment(*connection, MakeName(common, name)));
  if (!experiment.has_best_trial()) {
    return NotFound("experiment {} has no trial with a value yet", name);
  }
  const v1::Trial& best = experiment.best_trial();
  if (common.output == "json") {
    std::fputs(FormatJson(best).c_str(), stdout);
  } else if (common.output == "yaml") {
    std::fputs(FormatYaml(best).c_str(), stdout);
  } else {
    std::vector<std::vector<std::string>> rows = {
        {"trial", best.name()},
        {experiment.objective_metric(), FormatNumber(best.objective_value())}};
    for (const auto& parameter : best.parameters()) {
      rows.push_back({parameter.name(), parameter.value()});
    }
    rows.push_back({"data", best.work_dir()});
    std::fputs(FormatTable(rows).c_str(), stdout);
  }
  return 0;
}

}  // namespace

void AddBest(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "best", "Show the best trial of an experiment",
                           "qalam best digits-tpe -o json");
  auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "The experiment")->required();
  verb->callback([chosen, name] {
    *chosen = [name](const CommonOptions& common) { return Best(common, *name); };
  });
}

}  // namespace qalam
