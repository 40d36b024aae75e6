#include "db/transfer/record_json.h"

#include <cmath>
#include <limits>

namespace qalam::transfer {

namespace {

// JSON has no NaN and no infinities: they are texts.
Json NumberJson(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Json NumbersJson(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(NumberJson(value));
  return json;
}

Json TimeJson(Time time) {
  return time == absl::InfinitePast() ? Json(nullptr) : Json(absl::ToUnixMicros(time));
}

// Reads an object's keys; the first fault is kept.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {
    if (!json.is_object()) Fault("", "an object");
  }
  const Status& status() const { return status_; }

  void Read(const char* key, std::string& value) {
    if (const Json* found = Find(key, "a text", &Json::is_string)) value = *found;
  }
  void Read(const char* key, bool& value) {
    if (const Json* found = Find(key, "true or false", &Json::is_boolean)) value = *found;
  }
  template <typename Integer>
  requires std::is_integral_v<Integer>
  void Read(const char* key, Integer& value) {
    if (const Json* found = Find(key, "a whole number", &Json::is_number_integer)) {
      value = found->template get<Integer>();
    }
  }
  void Read(const char* key, double& value) {
    const Json* found = Find(key, "a number", &IsNumber);
    if (found != nullptr) value = NumberOf(*found);
  }
  void Read(const char* key, std::vector<double>& values) {
    const Json* found = Find(key, "a list of numbers", [](const Json& json) {
      return json.is_array() && std::all_of(json.begin(), json.end(), IsNumber);
    });
    if (found == nullptr) return;
    for (const Json& value : *found) values.push_back(NumberOf(value));
  }
  // NULL: there is none.
  void Read(const char* key, std::optional<double>& value) {
    const Json* found = Find(key, "a number or null",
                             [](const Json& json) { return json.is_null() || IsNumber(json); });
    if (found != nullptr && !found->is_null()) value = NumberOf(*found);
  }
  void Read(const char* key, Time& value) {
    const Json* found = Find(key, "microseconds since 1970 or null", [](const Json& json) {
      return json.is_null() || json.is_number_integer();
    });
    if (found == nullptr) return;
    value = found->is_null() ? absl::InfinitePast() : absl::FromUnixMicros(found->get<int64_t>());
  }
  void Read(const char* key, std::map<std::string, std::string>& values) {
    const Json* found = Find(key, "an object of texts", [](const Json& json) {
      return json.is_object() && std::all_of(json.begin(), json.end(),
                                             [](const Json& value) { return value.is_string(); });
    });
    if (found == nullptr) return;
    for (const auto& [name, value] : found->items()) values[name] = value;
  }
  void Read(const char* key, std::vector<Assignment>& values) {
    const Json* found = Find(key, "a list of pairs of texts", [](const Json& json) {
      return json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& pair) {
               return pair.is_array() && pair.size() == 2 && pair[0].is_string() &&
                      pair[1].is_string();
             });
    });
    if (found == nullptr) return;
    for (const Json& pair : *found) values.push_back({pair[0], pair[1]});
  }
  template <typename State>
  void Read(const char* key, State& state, std::optional<State> (*parse)(std::string_view)) {
    std::string name;
    Read(key, name);
    const auto parsed = parse(name);
    if (parsed) {
      state = *parsed;
    } else {
      Fault(key, "the name of a state");
    }
  }

 private:
  static bool IsNumber(const Json& json) {
    return json.is_number() || json == "NaN" || json == "Infinity" || json == "-Infinity";
  }
  static double NumberOf(const Json& json) {
    if (json.is_number()) return json;
    if (json == "NaN") return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return json == "Infinity" ? infinity : -infinity;
  }
  template <typename Check>
  const Json* Find(const char* key, const char* what, Check check) {
    if (!status_.ok()) return nullptr;
    const auto found = json_.find(key);
    if (found != json_.end() && std::invoke(check, *found)) return &*found;
    Fault(key, what);
    return nullptr;
  }
  void Fault(const std::string& key, const char* what) {
    status_.Update(InvalidArgument("\"{}\" should be {}", key, what));
  }

  const Json& json_;
  Status status_;
};

}  // namespace

Json ToJson(const ExperimentRecord& record) {
  return {{"uid", record.uid},
          {"namespace", record.name_space},
          {"name", record.name},
          {"document", record.document_json},
          {"seed", record.seed},
          {"state", Name(record.state)},
          {"reason", record.reason},
          {"message", record.message},
          {"paused", record.paused},
          {"stopRequested", record.stop_requested},
          {"deleteRequested", record.delete_requested},
          {"suggestionsExhausted", record.suggestions_exhausted},
          {"workDir", record.work_dir},
          {"created", TimeJson(record.created)},
          {"started", TimeJson(record.started)},
          {"completed", TimeJson(record.completed)}};
}

StatusOr<ExperimentRecord> ReadExperimentJson(const Json& json) {
  ExperimentRecord record;
  Reader reader(json);
  reader.Read("uid", record.uid);
  reader.Read("namespace", record.name_space);
  reader.Read("name", record.name);
  reader.Read("document", record.document_json);
  reader.Read("seed", record.seed);
  reader.Read("state", record.state, &ParseExperimentState);
  reader.Read("reason", record.reason);
  reader.Read("message", record.message);
  reader.Read("paused", record.paused);
  reader.Read("stopRequested", record.stop_requested);
  reader.Read("deleteRequested", record.delete_requested);
  reader.Read("suggestionsExhausted", record.suggestions_exhausted);
  reader.Read("workDir", record.work_dir);
  reader.Read("created", record.created);
  reader.Read("started", record.started);
  reader.Read("completed", record.completed);
  RETURN_IF_ERROR(reader.status());
  return record;
}

Json ToJson(const TrialRecord& record) {
  Json parameters = Json::array();
  for (const auto& parameter : record.parameters) {
    parameters.push_back(Json::array({parameter.name, parameter.value}));
  }
  return {{"uid", record.uid},
          {"number", record.number},
          {"name", record.name},
          {"parameters", std::move(parameters)},
          {"labels", Json(record.labels)},
          {"state", Name(record.state)},
          {"reason", record.reason},
          {"message", record.message},
          {"objective", record.objective_value ? NumberJson(*record.objective_value) : Json()},
          {"additionalObjectives", NumbersJson(record.additional_objective_values)},
          {"violations", NumbersJson(record.violations)},
          {"handle", record.handle},
          {"collectedBytes", record.collected_bytes},
          {"attempts", record.attempts},
          {"waitsForRoom", record.waits_for_room},
          {"worker", record.worker},
          {"lease", record.lease},
          {"leaseSeconds", record.lease_seconds},
          {"created", TimeJson(record.created)},
          {"started", TimeJson(record.started)},
          {"completed", TimeJson(record.completed)}};
}

StatusOr<TrialRecord> ReadTrialJson(const Json& json) {
  TrialRecord record;
  Reader reader(json);
  reader.Read("uid", record.uid);
  reader.Read("number", record.number);
  reader.Read("name", record.name);
  reader.Read("parameters", record.parameters);
  reader.Read("labels", record.labels);
  reader.Read("state", record.state, &ParseTrialState);
  reader.Read("reason", record.reason);
  reader.Read("message", record.message);
  reader.Read("objective", record.objective_value);
  reader.Read("additionalObjectives", record.additional_objective_values);
  reader.Read("violations", record.violations);
  reader.Read("handle", record.handle);
  reader.Read("collectedBytes", record.collected_bytes);
  reader.Read("attempts", record.attempts);
  reader.Read("waitsForRoom", record.waits_for_room);
  reader.Read("worker", record.worker);
  reader.Read("lease", record.lease);
  reader.Read("leaseSeconds", record.lease_seconds);
  reader.Read("created", record.created);
  reader.Read("started", record.started);
  reader.Read("completed", record.completed);
  RETURN_IF_ERROR(reader.status());
  return record;
}

Json ToJson(const MetricPoint& point) {
  Json json = {{"metric", point.metric},
               {"time", absl::ToUnixMicros(point.time)},
               {"value", NumberJson(point.value)},
               {"step", point.step}};
  if (!point.text.empty()) json["text"] = point.text;
  return json;
}

StatusOr<MetricPoint> ReadPointJson(const Json& json) {
  MetricPoint point;
  Reader reader(json);
  reader.Read("metric", point.metric);
  reader.Read("time", point.time);
  reader.Read("value", point.value);
  reader.Read("step", point.step);
  if (json.contains("text")) reader.Read("text", point.text);
  RETURN_IF_ERROR(reader.status());
  return point;
}

Json ToJson(const EventRecord& event) {
  return {{"trial", event.trial_uid},
          {"time", absl::ToUnixMicros(event.time)},
          {"reason", event.reason},
          {"message", event.message}};
}

StatusOr<EventRecord> ReadEventJson(const Json& json) {
  EventRecord event;
  Reader reader(json);
  reader.Read("trial", event.trial_uid);
  reader.Read("time", event.time);
  reader.Read("reason", event.reason);
  reader.Read("message", event.message);
  RETURN_IF_ERROR(reader.status());
  return event;
}

}  // namespace qalam::transfer
