#include "server/http/schema.h"

#include "api/proto/qalam_v1.pb.h"

namespace qalam::http {

namespace {

void AddMessage(const google::protobuf::Descriptor& type, Json& components) {
  components[SchemaName(type)] = MessageSchema(type);
  for (int i = 0; i < type.nested_type_count(); ++i) {
    if (!type.nested_type(i)->options().map_entry()) AddMessage(*type.nested_type(i), components);
  }
}

Json Without(Json schema, const std::string& member) {
  schema["properties"].erase(member);
  Json required = Json::array();
  for (const auto& name : schema["required"]) {
    if (name != member) required.push_back(name);
  }
  schema["required"] = required;
  return schema;
}

template <typename ProtobufMessage>
Json FullSchema() {
  return MessageSchema(*ProtobufMessage::descriptor());
}

Json ErrorSchema() {
  return ObjectOf({{"error", ObjectOf({{"code", TextSchema()},
                                       {"message", TextSchema()},
                                       {"faults", ArrayOf(SchemaOf<v1::Fault>())}})}});
}

Json AlgorithmSchema() {
  return Extended(FullSchema<v1::Algorithm>(),
                  {{"capabilities", ObjectOf({{"conditional", BooleanSchema()},
                                              {"multiObjective", BooleanSchema()},
                                              {"constraints", BooleanSchema()},
                                              {"fidelity", BooleanSchema()},
                                              {"exhaustible", BooleanSchema()},
                                              {"needsFinite", BooleanSchema()},
                                              {"oneShot", BooleanSchema()}})}});
}

Json SystemInfoSchema() {
  const Json counts = {{"type", "object"}, {"additionalProperties", WholeSchema()}};
  return Extended(FullSchema<v1::ServerInfo>(),
                  {{"operator", TextSchema()},
                   {"workers", WholeSchema()},
                   {"startedAt", TimeSchema()},
                   {"experiments", counts},
                   {"trials", counts},
                   {"queue", ObjectOf({{"pending", WholeSchema()}, {"running", WholeSchema()}})},
                   {"store", ObjectOf({{"bytes", WholeSchema()}})},
                   {"rates", ObjectOf({{"metricPointsPerSecond", {{"type", "number"}}},
                                       {"trialsPerMinute", {{"type", "number"}}}})},
                   {"watchers", WholeSchema()},
                   {"insecure", {{"type", "boolean"}}}});
}

Json TrialDetailSchema() {
  return Extended(FullSchema<v1::Trial>(),
                  {{"command", ArrayOf(TextSchema())},
                   {"manifest", Nullable({{"type", "object"}})},
                   {"history", ArrayOf(ObjectOf({{"time", TimeSchema()},
                                                 {"state", TextSchema()},
                                                 {"reason", TextSchema()},
                                                 {"message", TextSchema()}}))}});
}

Json MetricSeriesSchema() {
  return ObjectOf({{"metric", TextSchema()},
                   {"total", WholeSchema()},
                   {"steps", ArrayOf(Nullable(WholeSchema()))},
                   {"times", ArrayOf(WholeSchema())},
                   {"values", ArrayOf(NumberSchema())},
                   {"texts", ArrayOf(TextSchema())}});
}

}  // namespace

Json Reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }
Json TextSchema() { return {{"type", "string"}}; }
Json WholeSchema() { return {{"type", "integer"}}; }
Json NumberSchema() { return Reference("Number"); }
Json BooleanSchema() { return {{"type", "boolean"}}; }
Json TimeSchema() { return {{"type", "string"}, {"format", "date-time"}}; }
Json WordSchema(const std::vector<std::string>& words) {
  return {{"type", "string"}, {"enum", words}};
}
Json ArrayOf(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json Nullable(Json schema) {
  return {{"oneOf", Json::array({std::move(schema), {{"type", "null"}}})}};
}

Json ObjectOf(const std::vector<std::pair<std::string, Json>>& members) {
  Json empty = {{"type", "object"},
                {"properties", Json::object()},
                {"required", Json::array()},
                {"additionalProperties", false}};
  return Extended(std::move(empty), members);
}

Json Extended(Json object_schema, const std::vector<std::pair<std::string, Json>>& members) {
  for (const auto& [name, schema] : members) {
    const bool optional = name.ends_with('?');
    const std::string plain = optional ? name.substr(0, name.size() - 1) : name;
    object_schema["properties"][plain] = schema;
    if (!optional) object_schema["required"].push_back(plain);
  }
  return object_schema;
}

Json Components() {
  Json components = Json::object();
  const auto& file = *v1::Experiment::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) AddMessage(*file.message_type(i), components);
  AddMessage(*::api::v1::beta1::ParameterAssignment::descriptor(), components);
  components["Number"] = {
      {"oneOf", Json::array({{{"type", "number"}}, WordSchema({"NaN", "Infinity", "-Infinity"})})}};
  components["Error"] = ErrorSchema();
  components["AlgorithmInfo"] = AlgorithmSchema();
  components["SystemInfo"] = SystemInfoSchema();
  components["ExperimentSummary"] = Extended(Without(FullSchema<v1::Experiment>(), "documentYaml"),
                                             {{"sparkline", ArrayOf(NumberSchema())}});
  components["TrialDetail"] = TrialDetailSchema();
  components["MetricSeries"] = MetricSeriesSchema();
  return components;
}

}  // namespace qalam::http
