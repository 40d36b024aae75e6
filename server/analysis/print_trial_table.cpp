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

class TablePrinter {
 public:
  TablePrinter(const TrialColumns& columns, TableNumbers numbers)
      : columns_(columns),
        append_number_(numbers == TableNumbers::kExact ? AppendJsonNumber : AppendJsonShortNumber) {
  }

  std::string Print(int64_t change) {
    // Growing by doubling would copy a large table several times.
    constexpr size_t kBytesPerTrial = 100, kBytesPerNumber = 12;
    const size_t numbers = columns_.parameters.size() + columns_.objectives.size() +
                           3 * columns_.metrics.size() + columns_.labels.size();
    json_.reserve(1000 + columns_.numbers.size() * (kBytesPerTrial + kBytesPerNumber * numbers));
    json_ = "{\"change\":";
    AppendJsonInt(json_, change);
    List("numbers", columns_.numbers, AppendJsonInt);
    List("names", columns_.names, AppendJsonString);
    List("states", columns_.states, [](std::string& json, TrialState state) {
      AppendJsonInt(json, static_cast<int64_t>(state));
    });
    List("stateNames", kStates,
         [](std::string& json, TrialState state) { AppendJsonString(json, Name(state)); });
    List("created", columns_.created, AppendJsonTime);
    List("started", columns_.started, AppendJsonTime);
    List("completed", columns_.completed, AppendJsonTime);
    Each("objectives", columns_.objectives, &TablePrinter::Objective);
    List("feasible", columns_.feasible,
         [](std::string& json, char feasible) { json += feasible != 0 ? '1' : '0'; });
    Each("parameters", columns_.parameters, &TablePrinter::Parameter);
    Each("metrics", columns_.metrics, &TablePrinter::Metric);
    Each("labels", columns_.labels, &TablePrinter::Label);
    json_ += '}';
    return std::move(json_);
  }

 private:
  void Key(const char* key) {
    json_ += ",\"";
    json_ += key;
    json_ += "\":";
  }

  template <typename Items, typename Append>
  void List(const char* key, const Items& items, Append append) {
    Key(key);
    AppendJsonList(json_, items, append);
  }

  // A list of objects, which `print` prints.
  template <typename Item>
  void Each(const char* key, const std::vector<Item>& items,
            void (TablePrinter::*print)(const Item&)) {
    List(key, items, [&](std::string& json, const Item& item) {
      json += '{';
      (this->*print)(item);
      json += '}';
    });
  }

  void Named(const char* key, const std::string& name) {
    json_ += '"';
    json_ += key;
    json_ += "\":";
    AppendJsonString(json_, name);
  }

  void Numbers(const char* key, const std::vector<double>& values) {
    List(key, values, append_number_);
  }

  void Words(const WordColumn& column) {
    List("categories", column.words, AppendJsonString);
    List("values", column.values, [](std::string& json, int32_t word) {
      if (word < 0) {
        json += "null";
      } else {
        AppendJsonInt(json, word);
      }
    });
  }

  void Objective(const ObjectiveColumn& column) {
    Named("metric", column.metric);
    Key("type");
    AppendJsonString(json_, column.type == ObjectiveType::kMinimize ? "minimize" : "maximize");
    Numbers("values", column.values);
  }

  void Parameter(const ParameterPlace& place) {
    if (place.is_number) {
      const NumberColumn& column = columns_.number_parameters[place.index];
      Named("name", column.name);
      json_ += R"(,"kind":"number","log":)";
      json_ += column.is_log ? "true" : "false";
      Numbers("values", column.values);
    } else {
      const WordColumn& column = columns_.word_parameters[place.index];
      Named("name", column.name);
      json_ += R"(,"kind":"category")";
      Words(column);
    }
  }

  void Metric(const MetricColumn& column) {
    Named("name", column.name);
    Numbers("latest", column.latest);
    Numbers("min", column.min);
    Numbers("max", column.max);
  }

  void Label(const WordColumn& column) {
    Named("name", column.name);
    Words(column);
  }

  const TrialColumns& columns_;
  void (*const append_number_)(std::string&, double);
  std::string json_;
};

}  // namespace

std::string PrintTrialTable(const TrialColumns& columns, int64_t change, TableNumbers numbers) {
  return TablePrinter(columns, numbers).Print(change);
}

}  // namespace qalam
