#include "api/document/reader.h"
#include "api/document/yaml.h"
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
  return document::PrintYaml(ToJson(document));
}

}  // namespace qalam
