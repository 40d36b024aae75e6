// The experiment document as values. Katib's v1beta1 Experiment, with Qalam's optional additions
// (marked so). Parsing keeps numbers as the user wrote them, since a proposal must give them back.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/states.h"
#include "base/status.h"

namespace qalam {

using Json = nlohmann::ordered_json;

struct Metadata {
  std::string name;
  std::string generate_name;
  std::string name_space = "default";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
};

enum class ObjectiveType { kMinimize, kMaximize };
enum class MetricStrategyType { kMin, kMax, kLatest };

struct MetricStrategy {
  std::string name;
  MetricStrategyType value;
};

// Of a metric's name: as long as MLflow's may be, and a tenth of what an index of PostgreSQL takes.
inline constexpr size_t kLongestMetricName = 250;

// Qalam's addition: a further objective, for multi-objective search.
struct AdditionalObjective {
  std::string metric_name;
  ObjectiveType type;
  std::optional<double> goal;
};

struct Objective {
  ObjectiveType type = ObjectiveType::kMaximize;
  std::optional<double> goal;
  std::string metric_name;
  std::vector<std::string> additional_metric_names;
  // After defaulting: one for the objective (min when minimising, max when maximising) and each
  // additional metric.
  std::vector<MetricStrategy> metric_strategies;
  std::vector<AdditionalObjective> additional_objectives;  // Qalam's addition
};
// Every metric that is named: the objective's, the further objectives' and the additional ones,
// each once.
std::vector<std::string> MetricNames(const Objective& objective);

enum class ParameterType { kDouble, kInt, kDiscrete, kCategorical };
enum class Distribution { kUniform, kLogUniform, kNormal, kLogNormal };

struct FeasibleSpace {
  std::string min, max, step;     // as written; step may be empty
  std::vector<std::string> list;  // as written
  Distribution distribution = Distribution::kUniform;
};

// Qalam's addition: the parameter exists only while `parameter` has one of `values`.
struct ActiveWhen {
  std::string parameter;
  std::vector<std::string> values;
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::kDouble;
  FeasibleSpace feasible_space;
  std::optional<ActiveWhen> active_when;
};

struct Setting {
  std::string name;
  std::string value;
};

struct Algorithm {
  std::string name;
  std::vector<Setting> settings;
};

struct EarlyStopping {
  std::string algorithm_name;
  std::vector<Setting> settings;
};

// Qalam's addition: who runs the trials. Clients ask for them and tell their results
// (qalam.v1.ExperimentService, AskTrials); there is no trialTemplate then.
enum class TrialRunner { kOperator, kClient };

enum class ResumePolicy { kNever, kLongRunning, kFromVolume };
enum class CollectorKind {
  kStdOut,
  kFile,
  kTensorFlowEvent,
  kPrometheusMetric,
  kCustom,
  kPush,
  kNone,
};
enum class FileFormat { kText, kJson };

struct MetricsCollector {
  CollectorKind kind = CollectorKind::kStdOut;
  std::string path;       // source.fileSystemPath.path
  std::string path_kind;  // File or Directory
  FileFormat format = FileFormat::kText;
  std::vector<std::string> metric_formats;  // source.filter.metricsFormat: regular expressions
  Json http_get;                            // source.httpGet, for PrometheusMetric
  Json custom_collector;                    // collector.customCollector, a container
};

struct TrialParameter {
  std::string name;
  std::string description;
  std::string reference;  // a parameter's name, or ${trialSpec.Name} and its kin
};

struct ConfigMapSource {
  std::string name, name_space, template_path;
};

// Qalam's addition: what one trial takes of the machine.
struct Resources {
  double cpu = 0;  // cores; 0 means not said
  uint64_t memory_bytes = 0;
  int gpu = 0;
};

// Qalam's additions: after which failures a trial is run again, and what becomes of the folder of
// one that has ended.
enum class RetryOn {
  kInfrastructure,  // its engine's: a job that was lost, a machine that went down
  kFailure,         // any, the program's own exit included
};
enum class TrialFolders {
  kKeep,
  kKeepBest,  // those of failed trials and of the best ones
  kRemove,    // those of failed trials only
};

struct TrialTemplate {
  Json trial_spec;  // the manifest, with placeholders; null when config_map is given
  std::optional<ConfigMapSource> config_map;
  std::vector<TrialParameter> trial_parameters;
  std::string primary_container_name;
  std::map<std::string, std::string> primary_pod_labels;
  std::string success_condition, failure_condition;
  bool retain = false;
  // Qalam's additions.
  std::optional<Resources> resources;
  std::optional<double> timeout_seconds;
  int retries = 0;  // runs after the first one, at most
  RetryOn retry_on = RetryOn::kInfrastructure;
  TrialFolders trial_folders = TrialFolders::kKeep;
};

struct NasOperation {
  std::string type;
  std::vector<Parameter> parameters;
};

struct NasConfig {
  int num_layers = 0;
  std::vector<int> input_sizes, output_sizes;
  std::vector<NasOperation> operations;
};

// One name and value, as it stands in a trial.
struct Assignment {
  std::string name;
  std::string value;
  bool operator==(const Assignment&) const = default;
};

// Qalam's addition: a trial of elsewhere and what it gave.
struct GivenResult {
  std::vector<Assignment> parameters;
  std::map<std::string, double> metrics;
};

// Qalam's addition: what the algorithm knows before the first trial.
struct WarmStart {
  std::vector<GivenResult> trials;
  // Names in the experiment's namespace. Creation puts their finished trials into `trials` and
  // empties this, so that the experiment needs them no more.
  std::vector<std::string> experiments;
};

struct ExperimentSpec {
  Objective objective;
  std::vector<Parameter> parameters;
  Algorithm algorithm;
  std::optional<EarlyStopping> early_stopping;
  TrialRunner trial_runner = TrialRunner::kOperator;  // Qalam's addition
  // 3 is Katib's default. 0, which only a document of kClient may have by saying nothing: as many
  // as ask.
  int64_t parallel_trial_count = 3;
  std::optional<int64_t> max_trial_count;  // absent: until the goal or the end of the space
  std::optional<int64_t> max_failed_trial_count;
  // Qalam's addition: of the whole experiment, from when it began; then its trials are stopped.
  std::optional<double> max_duration_seconds;
  ResumePolicy resume_policy = ResumePolicy::kNever;
  MetricsCollector metrics_collector;
  std::optional<NasConfig> nas_config;
  TrialTemplate trial_template;
  std::optional<uint64_t> seed;  // Qalam's addition
  // Qalam's addition: comparisons over parameters or over metrics (api/constraint.h).
  std::vector<std::string> constraints;
  // Qalam's addition: trial number n tries point n, as long as there is one.
  std::vector<std::vector<Assignment>> initial_trials;
  WarmStart warm_start;
};

// Each list of given trials may hold so many: they travel with every call to the algorithm.
inline constexpr size_t kMostGivenTrials = 1000;

struct ExperimentDocument {
  Metadata metadata;
  ExperimentSpec spec;
};

// Something wrong in a document.
struct Fault {
  std::string source;   // the file's name, or "-"
  int line = 0;         // from 1; 0 when unknown
  int column = 0;       // from 1
  std::string field;    // e.g. spec.parameters[2].feasibleSpace.min
  std::string message;  // what is wrong; what is allowed
  // source:line:column: field: message
  std::string ToString() const;
};

struct ParseResult {
  std::vector<ExperimentDocument> documents;  // only when faults is empty
  std::vector<Fault> faults;                  // by place in the document
};

// Knows which algorithms exist. Implemented by the sampler registry, so that api/ need not know it.
class AlgorithmCatalog {
 public:
  virtual ~AlgorithmCatalog() = default;
  virtual std::vector<std::string> Names() const = 0;
  // What a fault is about: the algorithm as a whole, or the item at `index` of a list.
  enum class Part {
    kSettings,
    kConstraints,
    kInitialTrials,
    kWarmStart,
    kNasConfig,
    kEarlyStopping,
    kParameters,
  };
  // Faults of the algorithm's settings and of the space it must search; an index of -1 means that
  // the fault is about no single item.
  struct AlgorithmFault {
    int index = -1;
    std::string message;
    Part part = Part::kSettings;
    std::string field;  // which of the item's fields, where it is about one
  };
  virtual std::vector<AlgorithmFault> Check(const ExperimentSpec& spec) const = 0;
};

// Parses, fills in defaults and validates every document in `text` (YAML or JSON). All faults are
// found in one go. Bounded: text over 4 MiB or nested deeper than 64 levels is one fault.
ParseResult ParseDocuments(const std::string& text, const std::string& source_name,
                           const AlgorithmCatalog& catalog);

// What this version cannot execute yet, each naming its field; empty when it can run.
std::vector<Fault> CheckExecutable(const ExperimentDocument& document,
                                   const AlgorithmCatalog& catalog);

// The document with its defaults filled in; ParseDocuments gives the same value back.
Json ToJson(const ExperimentDocument& document);
std::string ToYaml(const ExperimentDocument& document);

// The trial's manifest: trial_spec with every ${trialParameters.x} and metadata reference replaced
// in keys and values by the trial's own. NOT_FOUND when a reference has no value.
struct TrialIdentity {
  std::string name;
  std::string name_space;
};
StatusOr<Json> RenderTrialSpec(const ExperimentDocument& document, const TrialIdentity& trial,
                               const std::vector<Assignment>& assignments);

}  // namespace qalam
