#include "db/sqlite/rows.h"

#include <fmt/ranges.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace qalam::sqlite {

ExperimentRecord ReadExperiment(Statement& row) {
  ExperimentRecord record;
  record.uid = row.Text();
  record.name_space = row.Text();
  record.name = row.Text();
  record.document_json = row.Text();
  record.seed = static_cast<uint64_t>(row.Int());
  record.state = static_cast<ExperimentState>(row.Int());
  record.reason = row.Text();
  record.message = row.Text();
  record.paused = row.Int() != 0;
  record.stop_requested = row.Int() != 0;
  record.delete_requested = row.Int() != 0;
  record.suggestions_exhausted = row.Int() != 0;
  record.work_dir = row.Text();
  record.created = row.TimeValue();
  record.started = row.TimeValue();
  record.completed = row.TimeValue();
  record.version = row.Int();
  return record;
}

std::string EncodeParameters(const std::vector<Assignment>& parameters) {
  auto json = nlohmann::json::array();
  for (const auto& parameter : parameters) json.push_back({parameter.name, parameter.value});
  // Names and values come from documents and may hold bytes that are not UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string EncodeLabels(const std::map<std::string, std::string>& labels) {
  return nlohmann::json(labels).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string EncodeNumbers(const std::vector<double>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

namespace {

bool DecodeNumbers(const std::string& text, std::vector<double>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    double number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next < end && *next != ' ')) return false;
    numbers.push_back(number);
    at = next < end ? next + 1 : end;
  }
  return true;
}

}  // namespace

StatusOr<TrialRecord> ReadTrial(Statement& row) {
  TrialRecord record;
  record.uid = row.Text();
  record.number = row.Int();
  record.name = row.Text();
  const auto parameters = nlohmann::json::parse(row.Text(), nullptr, false);
  const auto labels = nlohmann::json::parse(row.Text(), nullptr, false);
  if (!parameters.is_array() || !labels.is_object()) {
    return DataLoss("trial {}: its parameters or labels are damaged", record.name);
  }
  for (const auto& pair : parameters) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      return DataLoss("trial {}: its parameters are damaged", record.name);
    }
    record.parameters.push_back({pair[0].get<std::string>(), pair[1].get<std::string>()});
  }
  for (const auto& [name, value] : labels.items()) {
    if (!value.is_string()) return DataLoss("trial {}: its labels are damaged", record.name);
    record.labels[name] = value.get<std::string>();
  }
  record.state = static_cast<TrialState>(row.Int());
  record.reason = row.Text();
  record.message = row.Text();
  const bool has_objective = row.Int() != 0;
  const double objective = row.Double();
  if (has_objective) record.objective_value = objective;
  record.handle = row.Text();
  record.collected_bytes = static_cast<uint64_t>(row.Int());
  record.attempts = static_cast<int>(row.Int());
  record.created = row.TimeValue();
  record.started = row.TimeValue();
  record.completed = row.TimeValue();
  if (!DecodeNumbers(row.Text(), record.additional_objective_values) ||
      !DecodeNumbers(row.Text(), record.violations)) {
    return DataLoss("trial {}: its objectives are damaged", record.name);
  }
  record.waits_for_room = row.Int() != 0;
  record.worker = row.Text();
  record.lease = row.Text();
  record.lease_seconds = row.Double();
  return record;
}

}  // namespace qalam::sqlite
