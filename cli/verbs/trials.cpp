#include <cstdio>

#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> Trials(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  ASSIGN_OR_RETURN(const auto experiment, GetExperiment(*connection, MakeName(common, name)));
  ASSIGN_OR_RETURN(const auto trials, ListTrials(*connection, MakeName(common, name)));
  if (common.output != "table") {
    v1::ListTrialsReply reply;
    for (const auto& trial : trials) *reply.add_trials() = trial;
    std::fputs((common.output == "json" ? FormatJson(reply) : FormatYaml(reply)).c_str(), stdout);
    return 0;
  }
  std::fputs(FormatTable(TrialRows(experiment, trials, /*with_state=*/true)).c_str(), stdout);
  return 0;
}

}  // namespace

void AddTrials(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb =
      NewVerb(app, common, "trials", "List the trials of an experiment", "qalam trials digits-tpe");
  auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "The experiment")->required();
  verb->callback([chosen, name] {
    *chosen = [name](const CommonOptions& common) { return Trials(common, *name); };
  });
}

}  // namespace qalam
