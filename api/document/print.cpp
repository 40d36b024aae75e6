#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>

#include "api/document/characters.h"
#include "api/document/reader.h"
#include "api/experiment.h"

namespace qalam {

namespace {

constexpr const char* kStrategyNames[] = {"min", "max", "latest"};
constexpr const char* kParameterTypeNames[] = {"double", "int", "discrete", "categorical"};
constexpr const char* kDistributionNames[] = {"uniform", "logUniform", "normal", "logNormal"};
constexpr const char* kPolicyNames[] = {"Never", "LongRunning", "FromVolume"};
constexpr const char* kRetryOnNames[] = {"Infrastructure", "Failure"};
constexpr const char* kTrialFoldersNames[] = {"Keep", "KeepBest", "Remove"};
constexpr const char* kCollectorNames[] = {
    "StdOut", "File", "TensorFlowEvent", "PrometheusMetric", "Custom", "Push", "None"};

template <typename Enum, size_t N>
const char* NameOf(const char* const (&names)[N], Enum value) {
  return names[static_cast<size_t>(value)];
}

const char* TypeName(ObjectiveType type) {
  return type == ObjectiveType::kMinimize ? "minimize" : "maximize";
}

void SetText(Json& map, const char* name, const std::string& value) {
  if (!value.empty()) map[name] = value;
}

Json PrintMetadata(const Metadata& metadata) {
  Json json = Json::object();
  SetText(json, "name", metadata.name);
  SetText(json, "generateName", metadata.generate_name);
  json["namespace"] = metadata.name_space;
  if (!metadata.labels.empty()) json["labels"] = metadata.labels;
  if (!metadata.annotations.empty()) json["annotations"] = metadata.annotations;
  return json;
}

Json PrintObjective(const Objective& objective) {
  Json json = {{"type", TypeName(objective.type)}};
  if (objective.goal) json["goal"] = *objective.goal;
  json["objectiveMetricName"] = objective.metric_name;
  if (!objective.additional_metric_names.empty()) {
    json["additionalMetricNames"] = objective.additional_metric_names;
  }
  for (const auto& strategy : objective.metric_strategies) {
    json["metricStrategies"].push_back(
        Json{{"name", strategy.name}, {"value", NameOf(kStrategyNames, strategy.value)}});
  }
  for (const auto& additional : objective.additional_objectives) {
    Json entry = {{"metricName", additional.metric_name}, {"type", TypeName(additional.type)}};
    if (additional.goal) entry["goal"] = *additional.goal;
    json["additionalObjectives"].push_back(entry);
  }
  return json;
}

Json PrintParameters(const std::vector<Parameter>& parameters) {
  Json list = Json::array();
  for (const auto& parameter : parameters) {
    const FeasibleSpace& space = parameter.feasible_space;
    Json feasible = Json::object();
    SetText(feasible, "min", space.min);
    SetText(feasible, "max", space.max);
    SetText(feasible, "step", space.step);
    if (!space.list.empty()) feasible["list"] = space.list;
    if (space.distribution != Distribution::kUniform) {
      feasible["distribution"] = NameOf(kDistributionNames, space.distribution);
    }
    Json entry = {{"name", parameter.name},
                  {"parameterType", NameOf(kParameterTypeNames, parameter.type)},
                  {"feasibleSpace", feasible}};
    if (parameter.active_when) {
      entry["activeWhen"] = Json{{"parameter", parameter.active_when->parameter},
                                 {"values", parameter.active_when->values}};
    }
    list.push_back(entry);
  }
  return list;
}

Json PrintSettings(const std::string& name, const std::vector<Setting>& settings) {
  Json json = {{"algorithmName", name}};
  for (const auto& setting : settings) {
    json["algorithmSettings"].push_back(Json{{"name", setting.name}, {"value", setting.value}});
  }
  return json;
}

Json PrintCollector(const MetricsCollector& collector) {
  Json json = {{"collector", {{"kind", NameOf(kCollectorNames, collector.kind)}}}};
  if (!collector.custom_collector.is_null()) {
    json["collector"]["customCollector"] = collector.custom_collector;
  }
  Json source = Json::object();
  if (!collector.http_get.is_null()) source["httpGet"] = collector.http_get;
  if (!collector.path.empty() || collector.format == FileFormat::kJson) {
    Json path = Json::object();
    SetText(path, "path", collector.path);
    SetText(path, "kind", collector.path_kind);
    path["format"] = collector.format == FileFormat::kJson ? "JSON" : "TEXT";
    source["fileSystemPath"] = path;
  }
  if (!collector.metric_formats.empty()) {
    source["filter"]["metricsFormat"] = collector.metric_formats;
  }
  if (!source.empty()) json["source"] = source;
  return json;
}

Json PrintNasConfig(const NasConfig& config) {
  Json graph = Json::object();
  if (config.num_layers > 0) graph["numLayers"] = config.num_layers;
  if (!config.input_sizes.empty()) graph["inputSizes"] = config.input_sizes;
  if (!config.output_sizes.empty()) graph["outputSizes"] = config.output_sizes;
  Json operations = Json::array();
  for (const auto& operation : config.operations) {
    operations.push_back(Json{{"operationType", operation.type},
                              {"parameters", PrintParameters(operation.parameters)}});
  }
  return Json{{"graphConfig", graph}, {"operations", operations}};
}

Json PrintPoint(const std::vector<Assignment>& assignments) {
  Json json = Json::object();
  for (const auto& assignment : assignments) json[assignment.name] = assignment.value;
  return json;
}

Json PrintWarmStart(const WarmStart& warm_start) {
  Json json = Json::object();
  for (const auto& trial : warm_start.trials) {
    json["trials"].push_back(
        Json{{"parameters", PrintPoint(trial.parameters)}, {"metrics", trial.metrics}});
  }
  if (!warm_start.experiments.empty()) json["experiments"] = warm_start.experiments;
  return json;
}

Json PrintResources(const Resources& resources) {
  Json json = Json::object();
  if (resources.cpu > 0) json["cpu"] = resources.cpu;
  if (resources.memory_bytes > 0) json["memory"] = std::to_string(resources.memory_bytes);
  if (resources.gpu > 0) json["gpu"] = resources.gpu;
  return json;
}

Json PrintTrialTemplate(const TrialTemplate& trial_template) {
  Json json = Json::object();
  if (trial_template.retain) json["retain"] = true;
  SetText(json, "primaryContainerName", trial_template.primary_container_name);
  if (!trial_template.primary_pod_labels.empty()) {
    json["primaryPodLabels"] = trial_template.primary_pod_labels;
  }
  SetText(json, "successCondition", trial_template.success_condition);
  SetText(json, "failureCondition", trial_template.failure_condition);
  if (trial_template.resources) json["resources"] = PrintResources(*trial_template.resources);
  if (trial_template.timeout_seconds) {
    json["timeout"] = fmt::format("{}s", *trial_template.timeout_seconds);
  }
  if (trial_template.retries > 0) json["retries"] = trial_template.retries;
  if (trial_template.retry_on != RetryOn::kInfrastructure) {
    json["retryOn"] = NameOf(kRetryOnNames, trial_template.retry_on);
  }
  if (trial_template.trial_folders != TrialFolders::kKeep) {
    json["trialFolders"] = NameOf(kTrialFoldersNames, trial_template.trial_folders);
  }
  for (const auto& parameter : trial_template.trial_parameters) {
    Json entry = {{"name", parameter.name}};
    SetText(entry, "description", parameter.description);
    entry["reference"] = parameter.reference;
    json["trialParameters"].push_back(entry);
  }
  if (trial_template.config_map) {
    json["configMap"] = Json{{"configMapName", trial_template.config_map->name},
                             {"configMapNamespace", trial_template.config_map->name_space},
                             {"templatePath", trial_template.config_map->template_path}};
  } else {
    json["trialSpec"] = trial_template.trial_spec;
  }
  return json;
}

// Text that another reader would take for a number or a word of YAML must be quoted to stay text.
bool IsPlain(const std::string& text) {
  if (text.find_first_of("abcdfghijklmpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/$") ==
          std::string::npos ||
      !document::PlainScalar(text).is_string()) {
    return false;
  }
  // YAML 1.1 has more of them.
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower != "yes" && lower != "no" && lower != "on" && lower != "off" && lower != "y" &&
         lower != "n" && lower != ".nan" && lower != ".inf";
}

// Lines that a block gives back as they are: it takes its indentation from the first, ends with one
// line break, and has no way to write what cannot be printed.
bool IsBlock(const std::string& text) {
  if (text.size() < 2 || text.back() != '\n' || text[text.size() - 2] == '\n') return false;
  if (text.front() == ' ' || text.front() == '\n') return false;
  const auto printable = [](char c) {
    return c == '\n' || (c >= ' ' && static_cast<unsigned char>(c) < 0x7f);
  };
  return std::all_of(text.begin(), text.end(), printable);
}

// YAML takes 1,024 characters before the colon, and a byte that is escaped is four of them.
constexpr size_t kLongestImplicitKey = 250;

void EmitText(YAML::Emitter& out, const std::string& text) {
  const bool wants_escapes = document::WantsEscapes(text);
  if (wants_escapes) out << YAML::EscapeNonAscii;
  if (wants_escapes || !IsPlain(text)) out << YAML::DoubleQuoted;
  out << text;
}

void Emit(YAML::Emitter& out, const Json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [name, value] : json.items()) {
      if (name.size() > kLongestImplicitKey) out << YAML::LongKey;
      out << YAML::Key;
      EmitText(out, name);
      out << YAML::Value;
      Emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    const bool simple = std::none_of(json.begin(), json.end(),
                                     [](const Json& item) { return item.is_structured(); });
    if (simple) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const auto& item : json) Emit(out, item);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (IsBlock(text)) {
      out << YAML::Literal << text;
    } else {
      EmitText(out, text);
    }
  } else if (json.is_null()) {
    out << YAML::Null;  // as text it would be quoted
  } else {
    out << json.dump();
  }
}

}  // namespace

Json ToJson(const ExperimentDocument& document) {
  const ExperimentSpec& spec = document.spec;
  Json json = Json::object();
  json["objective"] = PrintObjective(spec.objective);
  json["algorithm"] = PrintSettings(spec.algorithm.name, spec.algorithm.settings);
  if (spec.early_stopping) {
    json["earlyStopping"] =
        PrintSettings(spec.early_stopping->algorithm_name, spec.early_stopping->settings);
  }
  const bool client = spec.trial_runner == TrialRunner::kClient;
  if (client) json["trialRunner"] = "Client";
  if (spec.parallel_trial_count > 0) json["parallelTrialCount"] = spec.parallel_trial_count;
  if (spec.max_trial_count) json["maxTrialCount"] = *spec.max_trial_count;
  if (spec.max_failed_trial_count) json["maxFailedTrialCount"] = *spec.max_failed_trial_count;
  if (spec.max_duration_seconds) {
    json["maxDuration"] = fmt::format("{}s", *spec.max_duration_seconds);
  }
  json["resumePolicy"] = NameOf(kPolicyNames, spec.resume_policy);
  if (spec.seed) json["seed"] = *spec.seed;
  if (!spec.parameters.empty()) json["parameters"] = PrintParameters(spec.parameters);
  if (!spec.constraints.empty()) json["constraints"] = spec.constraints;
  for (const auto& point : spec.initial_trials) {
    json["initialTrials"].push_back(PrintPoint(point));
  }
  if (const Json given = PrintWarmStart(spec.warm_start); !given.empty()) json["warmStart"] = given;
  if (spec.nas_config) json["nasConfig"] = PrintNasConfig(*spec.nas_config);
  json["metricsCollectorSpec"] = PrintCollector(spec.metrics_collector);
  if (!client) json["trialTemplate"] = PrintTrialTemplate(spec.trial_template);
  return Json{{"apiVersion", "kubeflow.org/v1beta1"},
              {"kind", "Experiment"},
              {"metadata", PrintMetadata(document.metadata)},
              {"spec", json}};
}

std::string ToYaml(const ExperimentDocument& document) {
  YAML::Emitter out;
  Emit(out, ToJson(document));
  return std::string(out.c_str()) + "\n";
}

}  // namespace qalam
