#include "cli/output.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "api/document/yaml.h"
#include "api/states.h"

namespace qalam {

std::string FormatTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string FormatJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? text : "{}\n";
}

namespace {

// Protobuf's JSON has whole numbers of 64 bits as texts.
void SetWholeNumbers(const google::protobuf::Descriptor& type, Json& object) {
  using google::protobuf::FieldDescriptor;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto found = object.find(field.json_name());
    // A map's values would be found by name; none is a whole number.
    if (found == object.end() || field.is_map()) continue;
    const auto set = [&](Json& value) {
      const auto kind = field.cpp_type();
      if (kind == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (value.is_object()) SetWholeNumbers(*field.message_type(), value);
      } else if (kind == FieldDescriptor::CPPTYPE_INT64 ||
                 kind == FieldDescriptor::CPPTYPE_UINT64) {
        value = Json::parse(value.get<std::string>());
      }
    };
    if (!found->is_array()) {
      set(*found);
      continue;
    }
    for (auto& value : *found) set(value);
  }
}

}  // namespace

std::string FormatYaml(const google::protobuf::Message& message) {
  Json json = Json::parse(FormatJson(message));
  SetWholeNumbers(*message.GetDescriptor(), json);
  return document::PrintYaml(json);
}

std::string StateName(v1::ExperimentState state) {
  if (state == v1::EXPERIMENT_STATE_UNSPECIFIED) return "Unknown";
  return std::string(Name(static_cast<ExperimentState>(static_cast<int>(state) - 1)));
}

std::string StateName(v1::TrialState state) {
  if (state == v1::TRIAL_STATE_UNSPECIFIED) return "Unknown";
  return std::string(Name(static_cast<TrialState>(static_cast<int>(state) - 1)));
}

std::string FormatNumber(double value) { return fmt::format("{:.6g}", value); }

std::string FormatObjective(const v1::Experiment& experiment, const v1::Trial& trial) {
  if (trial.has_objective_value()) return FormatNumber(trial.objective_value());
  for (const auto& metric : trial.metrics()) {
    if (metric.name() == experiment.objective_metric() && !metric.text().empty()) {
      return metric.text();
    }
  }
  return "-";
}

std::vector<std::string> ObjectiveNames(const v1::Experiment& experiment) {
  std::vector<std::string> names = {experiment.objective_metric()};
  for (const auto& further : experiment.additional_objectives()) names.push_back(further.metric());
  return names;
}

namespace {

// For a table's cell or a line of progress: a genotype would push everything else out of sight.
std::string Shortened(std::string text) {
  constexpr size_t kWidth = 48;
  if (text.size() > kWidth) text = text.substr(0, kWidth - 3) + "...";
  return text;
}

}  // namespace

std::vector<std::string> ObjectiveValues(const v1::Experiment& experiment, const v1::Trial& trial) {
  std::vector<std::string> values = {Shortened(FormatObjective(experiment, trial))};
  for (const double value : trial.additional_objective_values()) {
    values.push_back(FormatNumber(value));
  }
  values.resize(1 + experiment.additional_objectives_size(), "-");
  return values;
}

namespace {
std::string ParameterValue(const v1::Trial& trial, const std::string& name) {
  for (const auto& parameter : trial.parameters()) {
    if (parameter.name() == name) return Shortened(parameter.value());
  }
  return "-";
}
}  // namespace

std::vector<std::vector<std::string>> TrialRows(const v1::Experiment& experiment,
                                                const std::vector<v1::Trial>& trials,
                                                bool with_state) {
  // Conditional parameters are not in every trial.
  std::vector<std::string> parameters;
  for (const auto& trial : trials) {
    for (const auto& parameter : trial.parameters()) {
      if (std::find(parameters.begin(), parameters.end(), parameter.name()) == parameters.end()) {
        parameters.push_back(parameter.name());
      }
    }
  }
  const auto append = [](std::vector<std::string>& row, const std::vector<std::string>& more) {
    row.insert(row.end(), more.begin(), more.end());
  };
  std::vector<std::vector<std::string>> rows = {{"#", "TRIAL"}};
  if (with_state) rows[0].push_back("STATE");
  append(rows[0], ObjectiveNames(experiment));
  append(rows[0], parameters);
  for (const auto& trial : trials) {
    std::vector<std::string> row = {std::to_string(trial.number()), trial.name()};
    if (with_state) row.push_back(StateName(trial.state()));
    append(row, ObjectiveValues(experiment, trial));
    for (const auto& parameter : parameters) row.push_back(ParameterValue(trial, parameter));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string FormatParameters(const v1::Trial& trial) {
  std::string text;
  for (const auto& parameter : trial.parameters()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", parameter.name(),
                        Shortened(parameter.value()));
  }
  return text;
}

}  // namespace qalam
