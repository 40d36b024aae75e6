// Experiments in the forms that other tools read.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "api/proto/qalam_v1.pb.h"
#include "base/status.h"

namespace qalam {

struct ExportedExperiment {
  v1::Experiment experiment;
  ExperimentDocument document;
  std::vector<v1::Trial> trials;  // by number
  // Every point of one trial, in the order reported.
  std::function<StatusOr<std::vector<v1::MetricPoint>>(const v1::Trial& trial)> read_points;
};

struct ExportFormat {
  const char* name;
  const char* help;
  // `path` does not exist yet; its folder does.
  Status (*write)(const ExportedExperiment& exported, const std::string& path);
};

// A row a form.
std::span<const ExportFormat> ExportFormats();

Status ExportCsv(const ExportedExperiment& exported, const std::string& path);
Status ExportJson(const ExportedExperiment& exported, const std::string& path);
Status ExportMlflow(const ExportedExperiment& exported, const std::string& path);
Status ExportOptuna(const ExportedExperiment& exported, const std::string& path);

// The metrics of the experiment's objectives, the main one first.
std::vector<std::string> ObjectiveMetrics(const v1::Experiment& experiment);
// A trial's values of them; empty when it has none.
std::vector<double> ObjectiveValuesOf(const v1::Trial& trial);

}  // namespace qalam
