#include "cli/export/export_format.h"

namespace qalam {

namespace {

constexpr ExportFormat kFormats[] = {
    {"csv", "a table, a row a trial", ExportCsv},
    {"json", "everything, with every metric point", ExportJson},
    {"mlflow-dir", "a folder for MLflow's file store, as `mlflow ui --backend-store-uri` reads it",
     ExportMlflow},
    {"optuna", "a database of Optuna's RDB storage, sqlite:///FILE", ExportOptuna},
};

}  // namespace

std::span<const ExportFormat> ExportFormats() { return kFormats; }

std::vector<std::string> ObjectiveMetrics(const v1::Experiment& experiment) {
  std::vector<std::string> names = {experiment.objective_metric()};
  for (const auto& further : experiment.additional_objectives()) names.push_back(further.metric());
  return names;
}

std::vector<double> ObjectiveValuesOf(const v1::Trial& trial) {
  if (!trial.has_objective_value()) return {};
  std::vector<double> values = {trial.objective_value()};
  values.insert(values.end(), trial.additional_objective_values().begin(),
                trial.additional_objective_values().end());
  return values;
}

}  // namespace qalam
