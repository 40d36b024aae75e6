#include "controller/operators/primary_container.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "api/distributed_job.h"

namespace qalam {

namespace {

// A list of strings; numbers and booleans are taken as they are written.
StatusOr<std::vector<std::string>> Strings(const Json& container, const std::string& what,
                                           const char* field) {
  std::vector<std::string> strings;
  if (!container.contains(field) || container[field].is_null()) return strings;
  if (!container[field].is_array()) return InvalidArgument("{}.{}: should be a list", what, field);
  for (const Json& item : container[field]) {
    if (item.is_structured()) return InvalidArgument("{}.{}: should hold strings", what, field);
    strings.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  return strings;
}

}  // namespace

std::string ExpandReferences(const std::string& text,
                             const std::map<std::string, std::string>& known) {
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
  const DistributedKind* kind = FindDistributedKind(manifest);
  if (kind == nullptr) {
    ASSIGN_OR_RETURN(const Json* container, FindPrimaryContainer(manifest, name));
    return CommandOfContainer(*container, "container");
  }
  std::vector<Fault> faults;
  const auto groups = ReadReplicaGroups(*kind, manifest, name, faults);
  if (!faults.empty()) {
    return InvalidArgument("trialSpec.{}: {}", faults[0].field, faults[0].message);
  }
  return CommandOfContainer(*FindPrimaryGroup(*kind, groups)->container, "container");
}

StatusOr<ContainerCommand> CommandOfContainer(const Json& container, const std::string& what,
                                              const ContainerVariables& variables) {
  ContainerCommand command;
  std::map<std::string, std::string> known;
  command.environment = variables.defaults;
  for (const auto& variable : variables.defaults) known[variable.name] = variable.value;
  for (const auto& variable : variables.fixed) known[variable.name] = variable.value;
  if (container.contains("env") && container["env"].is_array()) {
    for (const Json& variable : container["env"]) {
      const std::string name = variable.is_object() ? variable.value("name", "") : "";
      if (name.empty() || name.find('=') != std::string::npos) {
        return InvalidArgument("{}.env: every entry needs a name", what);
      }
      if (variable.contains("valueFrom")) {
        return InvalidArgument(
            "{}.env: {}: valueFrom cannot be used with local processes; give a value", what, name);
      }
      const Json value = variable.value("value", Json(""));
      const std::string text =
          ExpandReferences(value.is_string() ? value.get<std::string>() : value.dump(), known);
      const bool fixed = std::any_of(variables.fixed.begin(), variables.fixed.end(),
                                     [&](const Setting& other) { return other.name == name; });
      if (!fixed) known[name] = text;
      command.environment.push_back({name, text});
    }
  }
  command.environment.insert(command.environment.end(), variables.fixed.begin(),
                             variables.fixed.end());
  ASSIGN_OR_RETURN(command.arguments, Strings(container, what, "command"));
  if (command.arguments.empty()) {
    return InvalidArgument("{}.command: missing; a local process has no image to take it from",
                           what);
  }
  ASSIGN_OR_RETURN(const auto more, Strings(container, what, "args"));
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  for (auto& argument : command.arguments) argument = ExpandReferences(argument, known);
  command.working_directory = container.value("workingDir", "");
  return command;
}

std::string WorkingDirectory(const ContainerCommand& command, const std::string& trial_directory) {
  if (command.working_directory.empty()) return trial_directory;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(command.working_directory, error);
  return error ? command.working_directory : absolute.string();
}

}  // namespace qalam
