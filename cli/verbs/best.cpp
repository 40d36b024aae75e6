#include <cstdio>

#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

void Print(const google::protobuf::Message& message, const std::string& format) {
  std::fputs((format == "json" ? FormatJson(message) : FormatYaml(message)).c_str(), stdout);
}

// With several objectives there may be many best trials.
int ShowBestTrials(const v1::Experiment& experiment, const std::string& format) {
  const std::vector<v1::Trial> trials(experiment.best_trials().begin(),
                                      experiment.best_trials().end());
  if (format == "table") {
    std::fputs(FormatTable(TrialRows(experiment, trials, /*with_state=*/false)).c_str(), stdout);
    return 0;
  }
  v1::ListTrialsReply reply;
  *reply.mutable_trials() = experiment.best_trials();
  Print(reply, format);
  return 0;
}

StatusOr<int> Best(const CommonOptions& common, const std::string& name) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  ASSIGN_OR_RETURN(const auto experiment,
                   GetExperiment(*connection, MakeName(common, name), /*with_best_trials=*/true));
  if (experiment.best_trials().empty()) {
    return NotFound("experiment {} has no feasible trial with a value yet", name);
  }
  if (!experiment.additional_objectives().empty()) {
    return ShowBestTrials(experiment, common.output);
  }
  const v1::Trial& best = experiment.best_trials(0);
  if (common.output != "table") {
    Print(best, common.output);
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {
      {"trial", best.name()}, {experiment.objective_metric(), FormatObjective(experiment, best)}};
  for (const auto& parameter : best.parameters()) {
    rows.push_back({parameter.name(), parameter.value()});
  }
  for (const auto& metric : best.metrics()) {
    if (!metric.text().empty() && metric.name() != experiment.objective_metric()) {
      rows.push_back({metric.name(), metric.text()});
    }
  }
  rows.push_back({"data", best.work_dir()});
  std::fputs(FormatTable(rows).c_str(), stdout);
  return 0;
}

}  // namespace

void AddBest(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb =
      NewVerb(app, common, "best",
              "Show the best trial of an experiment; with several objectives, the best ones",
              "qalam best digits-tpe -o json");
  auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "The experiment")->required();
  verb->callback([chosen, name] {
    *chosen = [name](const CommonOptions& common) { return Best(common, *name); };
  });
}

}  // namespace qalam
