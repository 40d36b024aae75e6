#include <set>

#include "api/convert.h"
#include "base/clock.h"
#include "base/files.h"
#include "cli/export/export_format.h"
#include "cli/output.h"

namespace qalam {

namespace {

// RFC 4180.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string CsvTime(bool is_given, const google::protobuf::Timestamp& time) {
  return is_given ? qalam::FormatTime(FromProto(time)) : "";
}

// All its digits.
std::string CsvNumber(double value) { return fmt::format("{}", value); }

void AppendRow(const std::vector<std::string>& fields, std::string& text) {
  for (size_t i = 0; i < fields.size(); ++i) text += (i > 0 ? "," : "") + CsvField(fields[i]);
  text += "\r\n";
}

}  // namespace

Status ExportCsv(const ExportedExperiment& exported, const std::string& path) {
  std::vector<std::string> parameters, metrics;
  std::set<std::string> seen_parameters, seen_metrics;
  for (const auto& trial : exported.trials) {
    for (const auto& parameter : trial.parameters()) {
      if (seen_parameters.insert(parameter.name()).second) parameters.push_back(parameter.name());
    }
    for (const auto& metric : trial.metrics()) {
      if (seen_metrics.insert(metric.name()).second) metrics.push_back(metric.name());
    }
  }
  const auto objectives = ObjectiveMetrics(exported.experiment);
  std::vector<std::string> row = {"number", "name", "state", "created", "started", "completed"};
  for (const auto& name : objectives) row.push_back("objective." + name);
  for (const auto& name : parameters) row.push_back("parameter." + name);
  for (const auto& name : metrics) row.push_back("metric." + name);
  std::string text;
  AppendRow(row, text);
  for (const auto& trial : exported.trials) {
    std::map<std::string, std::string> values;
    for (const auto& parameter : trial.parameters()) {
      values["parameter." + parameter.name()] = parameter.value();
    }
    for (const auto& metric : trial.metrics()) {
      values["metric." + metric.name()] =
          metric.text().empty() ? CsvNumber(metric.latest()) : metric.text();
    }
    const auto found = ObjectiveValuesOf(trial);
    for (size_t i = 0; i < found.size() && i < objectives.size(); ++i) {
      values["objective." + objectives[i]] = CsvNumber(found[i]);
    }
    std::vector<std::string> fields = {std::to_string(trial.number()),
                                       trial.name(),
                                       StateName(trial.state()),
                                       CsvTime(trial.has_created(), trial.created()),
                                       CsvTime(trial.has_started(), trial.started()),
                                       CsvTime(trial.has_completed(), trial.completed())};
    for (size_t i = fields.size(); i < row.size(); ++i) fields.push_back(values[row[i]]);
    AppendRow(fields, text);
  }
  return WriteFileAtomically(path, text, false);
}

}  // namespace qalam
