#include <algorithm>
#include <set>

#include "api/document/placeholders.h"
#include "api/document/reader.h"

namespace qalam::document {

namespace {

void ReadConfigMap(Reader& reader, const Field& field, TrialTemplate& trial_template) {
  if (!reader.CheckMap(field, {"configMapName", "configMapNamespace", "templatePath"})) return;
  ConfigMapSource source;
  for (const auto& [name, value] : {std::pair{"configMapName", &source.name},
                                    std::pair{"configMapNamespace", &source.name_space},
                                    std::pair{"templatePath", &source.template_path}}) {
    const Field child = Reader::Child(field, name);
    reader.Require(field, child, "needed to find the template");
    *value = reader.Text(child).value_or("");
  }
  trial_template.config_map = std::move(source);
}

// Kubernetes' quantities: 512Mi, 2Gi, 1G, or plain bytes.
std::optional<uint64_t> ReadBytes(Reader& reader, const Field& field) {
  const auto text = reader.Text(field);
  if (!text) return std::nullopt;
  const size_t letters = std::min(text->find_first_not_of("0123456789."), text->size());
  const std::string unit = text->substr(letters);
  const auto number = FiniteNumber(text->substr(0, letters));
  for (const auto& [name, bytes] : {std::pair<const char*, double>{"", 1},
                                    {"Ki", 0x1p10},
                                    {"Mi", 0x1p20},
                                    {"Gi", 0x1p30},
                                    {"Ti", 0x1p40},
                                    {"k", 1e3},
                                    {"M", 1e6},
                                    {"G", 1e9},
                                    {"T", 1e12}}) {
    if (unit == name && number && *number > 0 && *number * bytes < 0x1p62) {
      return static_cast<uint64_t>(*number * bytes);
    }
  }
  reader.AddFault(field,
                  fmt::format("\"{}\" should be an amount of memory, e.g. 512Mi or 2Gi", *text));
  return std::nullopt;
}

void ReadResources(Reader& reader, const Field& field, TrialTemplate& trial_template) {
  if (!reader.CheckMap(field, {"cpu", "memory", "gpu"})) return;
  Resources resources;
  resources.cpu = reader.Number(Reader::Child(field, "cpu")).value_or(0);
  if (resources.cpu < 0) reader.AddFault(Reader::Child(field, "cpu"), "should not be below 0");
  resources.memory_bytes = ReadBytes(reader, Reader::Child(field, "memory")).value_or(0);
  resources.gpu = static_cast<int>(reader.Int(Reader::Child(field, "gpu"), 0, 1024).value_or(0));
  trial_template.resources = resources;
}

void CheckReference(Reader& reader, const Field& field, const std::string& reference,
                    const std::vector<std::string>& names) {
  if (const auto metadata = MetadataReference(reference)) {
    if (!IsKnownMetadata(*metadata)) {
      reader.AddFault(field,
                      fmt::format("\"{}\" is unknown; allowed: ${{trialSpec.Name}}, Namespace, "
                                  "Kind, APIVersion, Annotations[x] or Labels[x]",
                                  reference));
    }
    return;
  }
  if (std::find(names.begin(), names.end(), reference) == names.end()) {
    reader.AddFault(field, fmt::format("\"{}\" is no parameter of this experiment{}; allowed: {}",
                                       reference, DidYouMean(reference, names), OneOf(names)));
  }
}

std::vector<TrialParameter> ReadTrialParameters(Reader& reader, const Field& list,
                                                const ExperimentSpec& spec) {
  std::vector<TrialParameter> parameters;
  std::set<std::string> seen;
  const std::vector<std::string> references = AssignmentNames(spec);
  for (const Field& item : reader.Items(list)) {
    // Kept also when it is none, so that the places in the list stay the same.
    TrialParameter& parameter = parameters.emplace_back();
    if (!reader.CheckMap(item, {"name", "description", "reference"})) continue;
    const Field name = Reader::Child(item, "name");
    const Field reference = Reader::Child(item, "reference");
    if (reader.Require(item, name, "the name used in ${trialParameters.NAME}")) {
      parameter.name = reader.Text(name).value_or("");
      if (!seen.insert(parameter.name).second) {
        reader.AddFault(name,
                        fmt::format("there is already a trialParameter \"{}\"", parameter.name));
      }
    }
    parameter.description = reader.Text(Reader::Child(item, "description")).value_or("");
    if (reader.Require(item, reference, "the name of a parameter")) {
      parameter.reference = reader.Text(reference).value_or("");
      CheckReference(reader, reference, parameter.reference, references);
    }
  }
  return parameters;
}

// Every placeholder needs a trialParameter; gathers those that are used.
void CheckPlaceholders(Reader& reader, const Field& field, const std::set<std::string>& names,
                       std::set<std::string>& used) {
  const auto check = [&](const Field& place) {
    for (const auto& name : PlaceholderNames(place.node.Scalar())) {
      used.insert(name);
      if (names.contains(name) || reader.IsFull()) continue;
      reader.AddFault(
          place, fmt::format("${{trialParameters.{}}} has no trialParameter of that name{}", name,
                             DidYouMean(name, {names.begin(), names.end()})));
    }
  };
  if (field.node.IsScalar()) {
    check(field);
  } else if (field.node.IsSequence()) {
    size_t i = 0;
    for (const auto& item : field.node) {
      CheckPlaceholders(reader, {item, fmt::format("{}[{}]", field.path, i++)}, names, used);
    }
  } else if (field.node.IsMap()) {
    for (const auto& entry : field.node) {
      const std::string path = Reader::Join(field.path, entry.first.Scalar());
      check({entry.first, path});
      CheckPlaceholders(reader, {entry.second, path}, names, used);
    }
  }
}

void ReadTrialSpec(Reader& reader, const Field& field, const Field& list,
                   TrialTemplate& trial_template) {
  if (!field.node.IsMap()) {
    reader.AddFault(field, "should be a manifest, e.g. a batch/v1 Job");
    return;
  }
  trial_template.trial_spec = reader.Any(field);
  reader.Require(field, Reader::Child(field, "apiVersion"), "e.g. batch/v1");
  reader.Require(field, Reader::Child(field, "kind"), "e.g. Job");
  std::set<std::string> names, used;
  for (const auto& parameter : trial_template.trial_parameters) names.insert(parameter.name);
  CheckPlaceholders(reader, field, names, used);
  for (size_t i = 0; i < trial_template.trial_parameters.size(); ++i) {
    const std::string& name = trial_template.trial_parameters[i].name;
    if (!name.empty() && !used.contains(name)) {
      reader.AddFault({list.node[i], fmt::format("{}[{}]", list.path, i)},
                      fmt::format("\"{}\" is not used; write ${{trialParameters.{}}} in the "
                                  "trialSpec, or leave it out",
                                  name, name));
    }
  }
}

}  // namespace

TrialTemplate ReadTrialTemplate(Reader& reader, const Field& spec, const ExperimentSpec& so_far) {
  TrialTemplate result;
  const Field field = Reader::Child(spec, "trialTemplate");
  if (so_far.trial_runner == TrialRunner::kClient) {
    if (field.present()) {
      reader.AddFault(field, "has no place where trialRunner is Client: clients run the trials");
    }
    return result;
  }
  if (!reader.Require(spec, field,
                      "the job that a trial runs; or trialRunner: Client, where programs ask for "
                      "the trials and run them themselves") ||
      !reader.CheckMap(field,
                       {"retain", "trialSpec", "configMap", "trialParameters", "primaryPodLabels",
                        "primaryContainerName", "successCondition", "failureCondition", "resources",
                        "timeout", "retries", "retryOn", "trialFolders"})) {
    return result;
  }
  result.retain = reader.Bool(Reader::Child(field, "retain")).value_or(false);
  result.primary_container_name =
      reader.Text(Reader::Child(field, "primaryContainerName")).value_or("");
  result.primary_pod_labels = reader.TextMap(Reader::Child(field, "primaryPodLabels"));
  result.success_condition = reader.Text(Reader::Child(field, "successCondition")).value_or("");
  result.failure_condition = reader.Text(Reader::Child(field, "failureCondition")).value_or("");
  ReadResources(reader, Reader::Child(field, "resources"), result);
  result.timeout_seconds = reader.Seconds(Reader::Child(field, "timeout"));
  result.retries =
      static_cast<int>(reader.Int(Reader::Child(field, "retries"), 0, 100).value_or(0));
  const std::vector<std::pair<std::string, RetryOn>> failures = {
      {"Infrastructure", RetryOn::kInfrastructure}, {"Failure", RetryOn::kFailure}};
  result.retry_on =
      reader.Choice(Reader::Child(field, "retryOn"), failures).value_or(result.retry_on);
  const std::vector<std::pair<std::string, TrialFolders>> policies = {
      {"Keep", TrialFolders::kKeep},
      {"KeepBest", TrialFolders::kKeepBest},
      {"Remove", TrialFolders::kRemove}};
  result.trial_folders =
      reader.Choice(Reader::Child(field, "trialFolders"), policies).value_or(result.trial_folders);

  const Field list = Reader::Child(field, "trialParameters");
  result.trial_parameters = ReadTrialParameters(reader, list, so_far);
  const Field trial_spec = Reader::Child(field, "trialSpec");
  const Field config_map = Reader::Child(field, "configMap");
  if (trial_spec.present() && config_map.present()) {
    reader.AddFault(config_map, "give either a trialSpec or a configMap, not both");
  } else if (config_map.present()) {
    ReadConfigMap(reader, config_map, result);
  } else if (reader.Require(field, trial_spec, "the manifest of a trial's job")) {
    ReadTrialSpec(reader, trial_spec, list, result);
  }
  return result;
}

}  // namespace qalam::document
