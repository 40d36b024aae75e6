#include "controller/operators/primary_container.h"

#include <map>

namespace qalam {

namespace {

// Kubernetes' rules: $(NAME) from what is known, $$ for a dollar, anything else as it stands.
std::string Expand(const std::string& text, const std::map<std::string, std::string>& known) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      result += text[i];
    } else if (text[i + 1] == '$') {
      result += '$';
      ++i;
    } else if (const size_t close = text.find(')', i);
               text[i + 1] == '(' && close != std::string::npos) {
      const auto entry = known.find(text.substr(i + 2, close - i - 2));
      result += entry != known.end() ? entry->second : text.substr(i, close - i + 1);
      i = close;
    } else {
      result += text[i];
    }
  }
  return result;
}

// A list of strings; numbers and booleans are taken as they are written.
StatusOr<std::vector<std::string>> Strings(const Json& container, const char* field) {
  std::vector<std::string> strings;
  if (!container.contains(field) || container[field].is_null()) return strings;
  if (!container[field].is_array()) return InvalidArgument("container.{}: should be a list", field);
  for (const Json& item : container[field]) {
    if (item.is_structured()) return InvalidArgument("container.{}: should hold strings", field);
    strings.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  return strings;
}

}  // namespace

StatusOr<const Json*> FindPrimaryContainer(const Json& manifest, const std::string& name) {
  static const Json::json_pointer kContainers("/spec/template/spec/containers");
  if (!manifest.is_object() || !manifest.contains(kContainers) ||
      !manifest[kContainers].is_array() || manifest[kContainers].empty()) {
    return InvalidArgument("trialSpec.spec.template.spec.containers: missing or empty");
  }
  const Json& containers = manifest[kContainers];
  if (name.empty() && containers.size() == 1) return &containers[0];
  for (const Json& container : containers) {
    if (container.is_object() && container.value("name", "") == name) return &container;
  }
  return InvalidArgument("trialSpec has no container named \"{}\" (primaryContainerName)", name);
}

StatusOr<ContainerCommand> PrimaryContainerCommand(const Json& manifest, const std::string& name) {
  ASSIGN_OR_RETURN(const Json* container, FindPrimaryContainer(manifest, name));
  ContainerCommand command;
  std::map<std::string, std::string> known;
  if (container->contains("env") && (*container)["env"].is_array()) {
    for (const Json& variable : (*container)["env"]) {
      const std::string variable_name = variable.is_object() ? variable.value("name", "") : "";
      if (variable_name.empty() || variable_name.find('=') != std::string::npos) {
        return InvalidArgument("container.env: every entry needs a name");
      }
      if (variable.contains("valueFrom")) {
        return InvalidArgument(
            "container.env: {}: valueFrom cannot be used with local processes; "
            "give a value",
            variable_name);
      }
      const Json value = variable.value("value", Json(""));
      const std::string text =
          Expand(value.is_string() ? value.get<std::string>() : value.dump(), known);
      known[variable_name] = text;
      command.environment.push_back({variable_name, text});
    }
  }
  ASSIGN_OR_RETURN(command.arguments, Strings(*container, "command"));
  if (command.arguments.empty()) {
    return InvalidArgument(
        "container.command: missing; a local process has no image to take it from");
  }
  ASSIGN_OR_RETURN(const auto more, Strings(*container, "args"));
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  for (auto& argument : command.arguments) argument = Expand(argument, known);
  command.working_directory = container->value("workingDir", "");
  return command;
}

}  // namespace qalam
