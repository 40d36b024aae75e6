#include <cstdio>

#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

std::string ParameterValue(const v1::Trial& trial, const std::string& name) {
  for (const auto& parameter : trial.parameters()) {
    if (parameter.name() == name) return parameter.value();
  }
  return "-";
}

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
  std::vector<std::string> parameters;
  for (const auto& trial : trials) {
    for (const auto& parameter : trial.parameters()) {
      if (std::find(parameters.begin(), parameters.end(), parameter.name()) == parameters.end()) {
        parameters.push_back(parameter.name());
      }
    }
  }
  std::vector<std::vector<std::string>> rows = {
      {"#", "TRIAL", "STATE", experiment.objective_metric()}};
  rows[0].insert(rows[0].end(), parameters.begin(), parameters.end());
  for (const auto& trial : trials) {
    std::vector<std::string> row = {
        std::to_string(trial.number()), trial.name(), StateName(trial.state()),
        trial.has_objective_value() ? FormatNumber(trial.objective_value()) : "-"};
    for (const auto& parameter : parameters) row.push_back(ParameterValue(trial, parameter));
    rows.push_back(std::move(row));
  }
  std::fputs(FormatTable(rows).c_str(), stdout);
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
