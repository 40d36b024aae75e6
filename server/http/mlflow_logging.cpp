#include <charconv>
#include <cmath>

#include "api/convert.h"
#include "server/http/call.h"
#include "server/http/mlflow.h"
#include "server/http/mlflow_notes.h"

namespace qalam::http {

namespace {

// Of one call; MLflow's client sends at most 1,000.
constexpr size_t kMostItems = 10'000;

StatusOr<std::string> TextOf(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) {
    return InvalidArgument("{} should be a text", name);
  }
  return member->get<std::string>();
}

// Whole numbers of 64 bits are numbers or, as Protobuf writes them, texts.
StatusOr<int64_t> WholeOf(const Json& object, const char* name, int64_t usual) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return usual;
  if (member->is_number_integer()) return member->get<int64_t>();
  constexpr double kMost = 9e15;
  if (member->is_number() && std::abs(member->get<double>()) < kMost) {
    return static_cast<int64_t>(member->get<double>());
  }
  if (member->is_string()) {
    const auto& text = member->get_ref<const std::string&>();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
  }
  return InvalidArgument("{} should be a whole number", name);
}

StatusOr<double> NumberOf(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member != object.end() && member->is_number()) return member->get<double>();
  if (member != object.end() && member->is_string()) {
    const auto& text = member->get_ref<const std::string&>();
    if (text == "NaN") return std::nan("");
    if (text == "Infinity") return HUGE_VAL;
    if (text == "-Infinity") return -HUGE_VAL;
  }
  return InvalidArgument("{} should be a number, \"NaN\", \"Infinity\" or \"-Infinity\"", name);
}

Status AddMetric(const Json& metric, v1::ReportMetricsRequest::TrialPoints& points) {
  if (!metric.is_object()) return InvalidArgument("a metric should be an object");
  auto* point = points.add_points();
  ASSIGN_OR_RETURN(*point->mutable_metric(), TextOf(metric, "key"));
  ASSIGN_OR_RETURN(const double value, NumberOf(metric, "value"));
  point->set_value(value);
  ASSIGN_OR_RETURN(const int64_t step, WholeOf(metric, "step", 0));
  point->set_step(step);
  ASSIGN_OR_RETURN(const int64_t milliseconds, WholeOf(metric, "timestamp", 0));
  // Of the years that a timestamp of Protobuf can tell.
  constexpr int64_t kLatest = 253'402'300'799'000;
  if (milliseconds < 0 || milliseconds > kLatest) {
    return InvalidArgument("timestamp should be milliseconds since 1970, not {}", milliseconds);
  }
  if (milliseconds > 0) *point->mutable_time() = ToProto(absl::FromUnixMillis(milliseconds));
  return absl::OkStatus();
}

Status AddNotes(const Json& list, const char* what, std::map<std::string, std::string>& notes) {
  if (!list.is_array() || list.size() > kMostItems) {
    return InvalidArgument("{} should be a list of at most {}", what, kMostItems);
  }
  for (const auto& item : list) {
    if (!item.is_object()) return InvalidArgument("{} should be a list of objects", what);
    ASSIGN_OR_RETURN(const auto key, TextOf(item, "key"));
    ASSIGN_OR_RETURN(notes[key], TextOf(item, "value"));
  }
  return absl::OkStatus();
}

Status Report(const MlflowCall& call, const FoundTrial& found, const Json& metrics) {
  if (!metrics.is_array() || metrics.size() > kMostItems) {
    return InvalidArgument("metrics should be a list of at most {}", kMostItems);
  }
  if (metrics.empty()) return absl::OkStatus();
  v1::ReportMetricsRequest request;
  auto* points = request.add_trials();
  points->mutable_trial()->set_namespace_(found.experiment.name_space);
  points->mutable_trial()->set_name(found.trial.name);
  for (const auto& metric : metrics) RETURN_IF_ERROR(AddMetric(metric, *points));
  return Call(call.context, &Service::ReportMetrics, request).status();
}

}  // namespace

StatusOr<Json> LogMlflowMetric(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  RETURN_IF_ERROR(Report(call, found, Json::array({call.body})));
  return Json::object();
}

StatusOr<Json> LogMlflowParameter(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  MlflowNotes notes;
  RETURN_IF_ERROR(AddNotes(Json::array({call.body}), "parameters", notes.parameters));
  RETURN_IF_ERROR(AddMlflowNotes(found, notes));
  return Json::object();
}

StatusOr<Json> SetMlflowTag(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  MlflowNotes notes;
  RETURN_IF_ERROR(AddNotes(Json::array({call.body}), "tags", notes.tags));
  RETURN_IF_ERROR(AddMlflowNotes(found, notes));
  return Json::object();
}

StatusOr<Json> LogMlflowBatch(const MlflowCall& call) {
  ASSIGN_OR_RETURN(const auto found, call.Trial());
  MlflowNotes notes;
  RETURN_IF_ERROR(AddNotes(call.body.value("params", Json::array()), "params", notes.parameters));
  RETURN_IF_ERROR(AddNotes(call.body.value("tags", Json::array()), "tags", notes.tags));
  RETURN_IF_ERROR(AddMlflowNotes(found, notes));
  RETURN_IF_ERROR(Report(call, found, call.body.value("metrics", Json::array())));
  return Json::object();
}

StatusOr<Json> PassOverMlflow(const MlflowCall& call) {
  RETURN_IF_ERROR(call.Trial().status());
  return Json::object();
}

}  // namespace qalam::http
