#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace qalam {

// What is wrong with `value` by the JSON schema, one fault a line; empty when it is right. Knows
// the keywords that the API's OpenAPI document uses and complains of others, so that none is passed
// over. `root` is what references start from.
inline std::string SchemaFaults(const nlohmann::ordered_json& value,
                                const nlohmann::ordered_json& schema,
                                const nlohmann::ordered_json& root, const std::string& place = "") {
  using Json = nlohmann::ordered_json;
  std::string faults;
  const auto fault = [&](const std::string& what) { faults += place + ": " + what + "\n"; };
  const auto is_type = [&](const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "null") return value.is_null();
    return false;
  };
  for (const auto& [keyword, wanted] : schema.items()) {
    if (keyword == "$ref") {
      const Json::json_pointer pointer(wanted.get<std::string>().substr(1));
      faults += SchemaFaults(value, root.at(pointer), root, place);
    } else if (keyword == "type") {
      if (!is_type(wanted))
        fault("not of type " + wanted.dump() + ": " + value.dump().substr(0, 80));
    } else if (keyword == "enum") {
      if (std::find(wanted.begin(), wanted.end(), value) == wanted.end()) {
        fault(value.dump() + " is none of " + wanted.dump());
      }
    } else if (keyword == "oneOf") {
      int matches = 0;
      for (const auto& choice : wanted) matches += SchemaFaults(value, choice, root).empty();
      if (matches != 1) fault(std::to_string(matches) + " of oneOf match " + value.dump());
    } else if (keyword == "required") {
      for (const std::string name : wanted) {
        if (value.is_object() && !value.contains(name)) fault("without " + name);
      }
    } else if (keyword == "properties") {
      if (!value.is_object()) continue;
      for (const auto& [name, child] : value.items()) {
        if (wanted.contains(name)) {
          faults += SchemaFaults(child, wanted[name], root, place + "/" + name);
        }
      }
    } else if (keyword == "additionalProperties") {
      if (!value.is_object()) continue;
      for (const auto& [name, child] : value.items()) {
        if (schema.contains("properties") && schema["properties"].contains(name)) continue;
        if (wanted == Json(false)) {
          fault("has the unknown " + name);
        } else if (wanted.is_object()) {
          faults += SchemaFaults(child, wanted, root, place + "/" + name);
        }
      }
    } else if (keyword == "items") {
      if (!value.is_array()) continue;
      for (size_t i = 0; i < value.size(); ++i) {
        faults += SchemaFaults(value[i], wanted, root, place + "/" + std::to_string(i));
      }
    } else if (keyword == "pattern") {
      if (value.is_string() &&
          !std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>()))) {
        fault(value.dump() + " is not like " + wanted.dump());
      }
    } else if (keyword == "format") {
      static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
      if (wanted != Json("date-time")) fault("the format " + wanted.dump() + " is unknown");
      if (value.is_string() && !std::regex_match(value.get<std::string>(), time)) {
        fault(value.dump() + " is no time");
      }
    } else if (keyword != "description") {
      fault("the keyword " + keyword + " is unknown");
    }
  }
  return faults;
}

}  // namespace qalam
