#include "server/http/message_json.h"

#include <google/protobuf/timestamp.pb.h>

#include <cmath>
#include <ctime>
#include <string_view>

namespace qalam::http {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

// "TRIAL_EARLY_STOPPED" is "EarlyStopped", and "MAXIMIZE" is "maximize", as the documents spell
// them.
struct EnumNaming {
  std::string_view type;
  std::string_view prefix;
  bool is_lower_case;
};
constexpr EnumNaming kEnumNamings[] = {
    {"qalam.v1.ExperimentState", "EXPERIMENT_", false},
    {"qalam.v1.TrialState", "TRIAL_", false},
    {"api.v1.beta1.ObjectiveType", "", true},
};

std::string EnumWord(const EnumValueDescriptor& value) {
  EnumNaming naming{"", "", false};
  for (const auto& row : kEnumNamings) {
    if (row.type == value.type()->full_name()) naming = row;
  }
  std::string_view name = value.name();
  if (name.starts_with(naming.prefix)) name.remove_prefix(naming.prefix.size());
  std::string word;
  bool starts = !naming.is_lower_case;
  for (const char c : name) {
    if (c == '_') {
      starts = !naming.is_lower_case;
      continue;
    }
    word += starts ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    starts = false;
  }
  return word;
}

Json FieldToJson(const ProtoMessage& message, const Reflection& reflection,
                 const FieldDescriptor& field, int index) {
  // One function for a field and for an element of a repeated one: index -1 is the field itself.
#define QALAM_GET(Type)                              \
  (index < 0 ? reflection.Get##Type(message, &field) \
             : reflection.GetRepeated##Type(message, &field, index))
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return QALAM_GET(Bool);
    case FieldDescriptor::CPPTYPE_INT32:
      return QALAM_GET(Int32);
    case FieldDescriptor::CPPTYPE_INT64:
      return QALAM_GET(Int64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return QALAM_GET(UInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(QALAM_GET(UInt64));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return NumberToJson(QALAM_GET(Float));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return NumberToJson(QALAM_GET(Double));
    case FieldDescriptor::CPPTYPE_STRING:
      return QALAM_GET(String);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(*QALAM_GET(Enum));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(index < 0 ? reflection.GetMessage(message, &field)
                                     : reflection.GetRepeatedMessage(message, &field, index));
  }
#undef QALAM_GET
  return nullptr;
}

Json MapToJson(const ProtoMessage& message, const Reflection& reflection,
               const FieldDescriptor& field) {
  // Sorted, so that equal messages are equal texts.
  std::map<std::string, Json> entries;
  const int count = reflection.FieldSize(message, &field);
  for (int i = 0; i < count; ++i) {
    const ProtoMessage& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Reflection& its = *entry.GetReflection();
    const Descriptor& type = *entry.GetDescriptor();
    entries[its.GetString(entry, type.map_key())] = FieldToJson(entry, its, *type.map_value(), -1);
  }
  Json object = Json::object();
  for (auto& [key, value] : entries) object[key] = std::move(value);
  return object;
}

Json SimpleSchema(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return {{"$ref", "#/components/schemas/Number"}};
    case FieldDescriptor::CPPTYPE_STRING:
      return {{"type", "string"}};
    case FieldDescriptor::CPPTYPE_ENUM: {
      Json words = Json::array();
      const EnumDescriptor& type = *field.enum_type();
      for (int i = 0; i < type.value_count(); ++i) words.push_back(EnumWord(*type.value(i)));
      return {{"type", "string"}, {"enum", words}};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field.message_type() == Timestamp::descriptor()) {
        return {{"type", "string"}, {"format", "date-time"}};
      }
      return {{"$ref", "#/components/schemas/" + SchemaName(*field.message_type())}};
  }
  return Json::object();
}

Status SetField(const FieldDescriptor& field, const Json& value, ProtoMessage& message) {
  const Reflection& reflection = *message.GetReflection();
  const auto wrong = [&](const char* wanted) {
    return InvalidArgument("\"{}\" should be {}, not a {}", field.json_name(), wanted,
                           value.type_name());
  };
  if (field.is_repeated()) return wrong("left out here");
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      if (!value.is_number_integer()) return wrong("a whole number");
      reflection.SetInt64(&message, &field, value.get<int64_t>());
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (!value.is_number()) return wrong("a number");
      reflection.SetDouble(&message, &field, value.get<double>());
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!value.is_boolean()) return wrong("true or false");
      reflection.SetBool(&message, &field, value.get<bool>());
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_STRING:
      if (!value.is_string()) return wrong("a text");
      reflection.SetString(&message, &field, value.get<std::string>());
      return absl::OkStatus();
    default:
      return wrong("left out here");
  }
}

}  // namespace

Json NumberToJson(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

std::string TimeToText(int64_t unix_milliseconds) {
  int64_t seconds = unix_milliseconds / 1000, milliseconds = unix_milliseconds % 1000;
  if (milliseconds < 0) {
    milliseconds += 1000;
    --seconds;
  }
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     milliseconds);
}

Json MessageToJson(const ProtoMessage& message) {
  const Descriptor& type = *message.GetDescriptor();
  if (&type == Timestamp::descriptor()) {
    const auto& time = static_cast<const Timestamp&>(message);
    return TimeToText(time.seconds() * 1000 + time.nanos() / 1'000'000);
  }
  const Reflection& reflection = *message.GetReflection();
  Json object = Json::object();
  auto& members = object.get_ref<Json::object_t&>();
  members.reserve(type.field_count());
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_map()) {
      members.emplace_back(field.json_name(), MapToJson(message, reflection, field));
    } else if (field.is_repeated()) {
      Json list = Json::array();
      const int count = reflection.FieldSize(message, &field);
      for (int k = 0; k < count; ++k) list.push_back(FieldToJson(message, reflection, field, k));
      members.emplace_back(field.json_name(), std::move(list));
    } else if (!field.has_presence() || reflection.HasField(message, &field)) {
      members.emplace_back(field.json_name(), FieldToJson(message, reflection, field, -1));
    }
  }
  return object;
}

Status JsonToMessage(const Json& object, ProtoMessage& message) {
  const Descriptor& type = *message.GetDescriptor();
  std::string faults;
  for (const auto& [name, value] : object.items()) {
    const FieldDescriptor* field = nullptr;
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->json_name() == name) field = type.field(i);
    }
    const Status status = field == nullptr ? InvalidArgument("\"{}\" is unknown here", name)
                                           : SetField(*field, value, message);
    if (!status.ok()) faults += (faults.empty() ? "" : "; ") + qalam::Message(status);
  }
  return faults.empty() ? absl::OkStatus() : InvalidArgument("{}", faults);
}

std::string SchemaName(const Descriptor& type) {
  const std::string own = type.name();
  return type.containing_type() == nullptr ? own : SchemaName(*type.containing_type()) + own;
}

Json MessageSchema(const Descriptor& type) {
  Json properties = Json::object(), required = Json::array();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    Json schema;
    if (field.is_map()) {
      schema = {{"type", "object"},
                {"additionalProperties", SimpleSchema(*field.message_type()->map_value())}};
    } else if (field.is_repeated()) {
      schema = {{"type", "array"}, {"items", SimpleSchema(field)}};
    } else {
      schema = SimpleSchema(field);
    }
    properties[field.json_name()] = std::move(schema);
    if (field.is_repeated() || !field.has_presence()) required.push_back(field.json_name());
  }
  return {{"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

}  // namespace qalam::http
