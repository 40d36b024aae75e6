#include <array>

#include "server/analysis/json_text.h"
#include "server/analysis/trial_table.h"

namespace qalam {

namespace {

constexpr std::array kStates = {TrialState::kPending,
                                TrialState::kRunning,
                                TrialState::kSucceeded,
                                TrialState::kFailed,
                                TrialState::kKilled,
                                TrialState::kEarlyStopped,
                                TrialState::kMetricsUnavailable};

void AppendKey(std::string& json, const char* key) {
  if (json.back() != '{') json += ',';
  json += '"';
  json += key;
  json += "\":";
}

void AppendNumbers(std::string& json, const char* key, const std::vector<double>& values) {
  AppendKey(json, key);
  AppendJsonList(json, values, AppendJsonNumber);
}

void AppendTimes(std::string& json, const char* key, const std::vector<Time>& times) {
  AppendKey(json, key);
  AppendJsonList(json, times, AppendJsonTime);
}

void AppendWords(std::string& json, const WordColumn& column) {
  AppendKey(json, "categories");
  AppendJsonList(json, column.words, AppendJsonString);
  AppendKey(json, "values");
  AppendJsonList(json, column.values, [](std::string& out, int32_t index) {
    if (index < 0) {
      out += "null";
    } else {
      AppendJsonInt(out, index);
    }
  });
}

void AppendName(std::string& json, const char* key, const std::string& name) {
  json += '{';
  AppendKey(json, key);
  AppendJsonString(json, name);
}

void AppendObjective(std::string& json, const ObjectiveColumn& column) {
  AppendName(json, "metric", column.metric);
  AppendKey(json, "type");
  AppendJsonString(json, column.type == ObjectiveType::kMinimize ? "minimize" : "maximize");
  AppendNumbers(json, "values", column.values);
  json += '}';
}

void AppendParameter(std::string& json, const TrialColumns& columns, const ParameterPlace& place) {
  if (place.is_number) {
    const NumberColumn& column = columns.number_parameters[place.index];
    AppendName(json, "name", column.name);
    json += R"(,"kind":"number","log":)";
    json += column.is_log ? "true" : "false";
    AppendNumbers(json, "values", column.values);
  } else {
    const WordColumn& column = columns.word_parameters[place.index];
    AppendName(json, "name", column.name);
    json += R"(,"kind":"category")";
    AppendWords(json, column);
  }
  json += '}';
}

void AppendMetric(std::string& json, const MetricColumn& column) {
  AppendName(json, "name", column.name);
  AppendNumbers(json, "latest", column.latest);
  AppendNumbers(json, "min", column.min);
  AppendNumbers(json, "max", column.max);
  json += '}';
}

void AppendLabel(std::string& json, const WordColumn& column) {
  AppendName(json, "name", column.name);
  AppendWords(json, column);
  json += '}';
}

}  // namespace

std::string PrintTrialTable(const TrialColumns& columns, int64_t change) {
  std::string json = "{";
  // Growing by doubling would copy a large table several times.
  constexpr size_t kBytesPerTrial = 100, kBytesPerNumber = 12;
  const size_t numbers = columns.parameters.size() + columns.objectives.size() +
                         3 * columns.metrics.size() + columns.labels.size();
  json.reserve(1000 + columns.numbers.size() * (kBytesPerTrial + kBytesPerNumber * numbers));
  AppendKey(json, "change");
  AppendJsonInt(json, change);
  AppendKey(json, "numbers");
  AppendJsonList(json, columns.numbers, AppendJsonInt);
  AppendKey(json, "names");
  AppendJsonList(json, columns.names, AppendJsonString);
  AppendKey(json, "states");
  AppendJsonList(json, columns.states, [](std::string& out, TrialState state) {
    AppendJsonInt(out, static_cast<int64_t>(state));
  });
  AppendKey(json, "stateNames");
  AppendJsonList(json, kStates,
                 [](std::string& out, TrialState state) { AppendJsonString(out, Name(state)); });
  AppendTimes(json, "created", columns.created);
  AppendTimes(json, "started", columns.started);
  AppendTimes(json, "completed", columns.completed);
  AppendKey(json, "objectives");
  AppendJsonList(json, columns.objectives, AppendObjective);
  AppendKey(json, "feasible");
  AppendJsonList(json, columns.feasible,
                 [](std::string& out, char feasible) { out += feasible != 0 ? '1' : '0'; });
  AppendKey(json, "parameters");
  AppendJsonList(json, columns.parameters, [&](std::string& out, const ParameterPlace& place) {
    AppendParameter(out, columns, place);
  });
  AppendKey(json, "metrics");
  AppendJsonList(json, columns.metrics, AppendMetric);
  AppendKey(json, "labels");
  AppendJsonList(json, columns.labels, AppendLabel);
  json += "}";
  return json;
}

}  // namespace qalam
