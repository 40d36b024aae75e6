#include <algorithm>

#include "api/document/placeholders.h"
#include "api/experiment.h"

namespace qalam {

namespace {

std::string Entry(const Json& map, const std::string& name) {
  const auto entry = map.is_object() ? map.find(name) : map.end();
  return entry != map.end() && entry->is_string() ? entry->get<std::string>() : "";
}

StatusOr<std::string> MetadataValue(const std::string& name, const Json& manifest,
                                    const TrialIdentity& trial) {
  if (name == "Name") return trial.name;
  if (name == "Namespace") return trial.name_space;
  if (name == "Kind") return Entry(manifest, "kind");
  if (name == "APIVersion") return Entry(manifest, "apiVersion");
  const size_t open = name.find('[');
  const Json metadata = manifest.contains("metadata") ? manifest["metadata"] : Json::object();
  const char* list = name.starts_with("Labels") ? "labels" : "annotations";
  const std::string key = name.substr(open + 1, name.size() - open - 2);
  const std::string value = metadata.contains(list) ? Entry(metadata[list], key) : std::string();
  if (value.empty()) {
    return NotFound("the trialSpec's metadata.{} has no \"{}\", which a trialParameter refers to",
                    list, key);
  }
  return value;
}

StatusOr<std::string> ValueOf(const TrialParameter& parameter, const Json& manifest,
                              const TrialIdentity& trial,
                              const std::vector<Assignment>& assignments) {
  if (const auto metadata = document::MetadataReference(parameter.reference)) {
    return MetadataValue(*metadata, manifest, trial);
  }
  const auto assignment =
      std::find_if(assignments.begin(), assignments.end(),
                   [&](const Assignment& a) { return a.name == parameter.reference; });
  // A conditional parameter that is not active in this trial has no value: the job gets none.
  return assignment == assignments.end() ? std::string() : assignment->value;
}

using Values = std::map<std::string, std::string>;

Json Replace(const Json& json, const Values& values) {
  const auto replace = [&](const std::string& text) {
    return document::ReplacePlaceholders(text, [&](const std::string& name) {
      const auto entry = values.find(name);
      return entry == values.end() ? std::nullopt : std::optional<std::string>(entry->second);
    });
  };
  if (json.is_string()) return replace(json.get<std::string>());
  if (json.is_array()) {
    Json list = Json::array();
    for (const auto& item : json) list.push_back(Replace(item, values));
    return list;
  }
  if (json.is_object()) {
    Json map = Json::object();
    for (const auto& [name, value] : json.items()) map[replace(name)] = Replace(value, values);
    return map;
  }
  return json;
}

}  // namespace

StatusOr<Json> RenderTrialSpec(const ExperimentDocument& document, const TrialIdentity& trial,
                               const std::vector<Assignment>& assignments) {
  const TrialTemplate& trial_template = document.spec.trial_template;
  Values values;
  for (const auto& parameter : trial_template.trial_parameters) {
    ASSIGN_OR_RETURN(values[parameter.name],
                     ValueOf(parameter, trial_template.trial_spec, trial, assignments));
  }
  return Replace(trial_template.trial_spec, values);
}

}  // namespace qalam
