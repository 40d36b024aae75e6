#include "server/http/trial_csv.h"

#include <cmath>
#include <string_view>

#include "server/http/message_json.h"

namespace qalam::http {

namespace {

void AppendField(std::string_view field, std::string& text) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    text += field;
    return;
  }
  text += '"';
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

void AppendNumber(double value, std::string& text) {
  if (!std::isnan(value)) text += fmt::format("{}", value);
}

void AppendTime(Time time, std::string& text) {
  if (time != absl::InfinitePast()) text += TimeToText(absl::ToUnixMillis(time));
}

void AppendWord(const WordColumn& column, size_t row, std::string& text) {
  const int32_t word = column.values[row];
  if (word >= 0) AppendField(column.words[word], text);
}

}  // namespace

std::string CsvHeader(const TrialColumns& columns) {
  std::string text = "number,name,state,created,started,completed,feasible";
  const auto add = [&](const std::string& prefix, const std::string& name) {
    text += ',';
    AppendField(prefix + name, text);
  };
  for (const auto& objective : columns.objectives) add("objective:", objective.metric);
  for (const auto& place : columns.parameters) {
    add("parameter:", place.is_number ? columns.number_parameters[place.index].name
                                      : columns.word_parameters[place.index].name);
  }
  for (const auto& metric : columns.metrics) add("metric:", metric.name);
  for (const auto& label : columns.labels) add("label:", label.name);
  return text + "\r\n";
}

void AppendCsvRow(const TrialColumns& columns, size_t row, std::string& text) {
  text += fmt::format("{},", columns.numbers[row]);
  AppendField(columns.names[row], text);
  text += ',';
  text += Name(columns.states[row]);
  for (const auto* times : {&columns.created, &columns.started, &columns.completed}) {
    text += ',';
    AppendTime((*times)[row], text);
  }
  text += columns.feasible[row] != 0 ? ",true" : ",false";
  for (const auto& objective : columns.objectives) {
    text += ',';
    AppendNumber(objective.values[row], text);
  }
  for (const auto& place : columns.parameters) {
    text += ',';
    if (place.is_number) {
      AppendNumber(columns.number_parameters[place.index].values[row], text);
    } else {
      AppendWord(columns.word_parameters[place.index], row, text);
    }
  }
  for (const auto& metric : columns.metrics) {
    text += ',';
    AppendNumber(metric.latest[row], text);
  }
  for (const auto& label : columns.labels) {
    text += ',';
    AppendWord(label, row, text);
  }
  text += "\r\n";
}

}  // namespace qalam::http
