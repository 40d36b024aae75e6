// A database as Optuna 3's RDB storage makes it (schema version 12, alembic revision v3.0.0.d): one
// study, which Optuna then loads, plots and goes on with.

#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <map>

#include "api/convert.h"
#include "cli/export/export_format.h"
#include "cli/export/optuna_distribution.h"
#include "cli/export/sqlite_writer.h"
#include "cli/output.h"

namespace qalam {

namespace {

constexpr char kSchema[] = R"(
CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL,
  PRIMARY KEY (study_id));
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER,
  library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL, objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id),
  UNIQUE (study_id, objective), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_user_attribute_id),
  UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_system_attribute_id),
  UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER,
  state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME,
  PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_user_attribute_id),
  UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_system_attribute_id),
  UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512),
  param_value FLOAT, distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
  objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL,
  PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL,
  trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT,
  intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id),
  UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
  heartbeat DATETIME NOT NULL, PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id),
  FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO version_info VALUES (1, 12, '3.1.0');
INSERT INTO alembic_version VALUES ('v3.0.0.d');
)";

// Optuna's of a trial; one without an objective is complete for nobody.
const char* OptunaState(const v1::Trial& trial) {
  switch (FromProto(trial.state())) {
    case TrialState::kPending:
      return "WAITING";
    case TrialState::kRunning:
      return "RUNNING";
    case TrialState::kSucceeded:
      return trial.has_objective_value() ? "COMPLETE" : "FAIL";
    case TrialState::kEarlyStopped:
      return "PRUNED";
    default:
      return "FAIL";
  }
}

// Of the machine's time zone and without saying so, as Optuna has it.
SqliteValue OptunaTime(bool is_given, const google::protobuf::Timestamp& time) {
  if (!is_given) return {};
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S", FromProto(time), absl::LocalTimeZone());
}

SqliteValue FiniteOrNull(double value) {
  return std::isfinite(value) ? SqliteValue(value) : SqliteValue();
}

const char* KindOf(double value, bool with_nan) {
  if (std::isnan(value) && with_nan) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
  return "FINITE";
}

std::string JsonText(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class OptunaWriter {
 public:
  OptunaWriter(const ExportedExperiment& exported, SqliteWriter& writer)
      : exported_(exported), writer_(writer) {}

  Status Write() {
    RETURN_IF_ERROR(writer_.Script(kSchema));
    RETURN_IF_ERROR(WriteStudy());
    for (const auto& trial : exported_.trials) RETURN_IF_ERROR(WriteTrial(trial));
    return absl::OkStatus();
  }

 private:
  Status WriteStudy() {
    const v1::Experiment& experiment = exported_.experiment;
    RETURN_IF_ERROR(writer_.Insert("studies", {1, experiment.name()}));
    const Objective& objective = exported_.document.spec.objective;
    std::vector<ObjectiveType> types = {objective.type};
    for (const auto& further : objective.additional_objectives) types.push_back(further.type);
    for (size_t i = 0; i < types.size(); ++i) {
      const char* direction = types[i] == ObjectiveType::kMinimize ? "MINIMIZE" : "MAXIMIZE";
      RETURN_IF_ERROR(writer_.Insert("study_directions", {static_cast<int64_t>(i) + 1, direction, 1,
                                                          static_cast<int64_t>(i)}));
    }
    // Optuna has shown them under this name since 3.2.
    return writer_.Insert("study_system_attributes",
                          {1, 1, "study:metric_names", JsonText(ObjectiveMetrics(experiment))});
  }

  Status WriteTrial(const v1::Trial& trial) {
    const int64_t id = trial.number() + 1;
    RETURN_IF_ERROR(
        writer_.Insert("trials", {id, trial.number(), 1, OptunaState(trial),
                                  OptunaTime(trial.has_started(), trial.started()),
                                  OptunaTime(trial.has_completed(), trial.completed())}));
    RETURN_IF_ERROR(WriteParameters(trial, id));
    const auto values = ObjectiveValuesOf(trial);
    for (size_t i = 0; i < values.size(); ++i) {
      // A value that is none would make the trial unreadable.
      if (std::isnan(values[i])) continue;
      RETURN_IF_ERROR(
          writer_.Insert("trial_values", {++value_, id, static_cast<int64_t>(i),
                                          FiniteOrNull(values[i]), KindOf(values[i], false)}));
    }
    RETURN_IF_ERROR(WriteIntermediate(trial, id));
    RETURN_IF_ERROR(WriteAttribute("trial_user_attributes", id, "qalam:name", trial.name()));
    RETURN_IF_ERROR(
        WriteAttribute("trial_user_attributes", id, "qalam:state", StateName(trial.state())));
    if (trial.violations().empty()) return absl::OkStatus();
    Json violations = Json::array();
    for (const double violation : trial.violations()) {
      // What is not known is broken, so that Optuna takes the trial for infeasible, too.
      violations.push_back(std::isfinite(violation) ? violation : 1e300);
    }
    return WriteAttribute("trial_system_attributes", id, "constraints", violations);
  }

  Status WriteParameters(const v1::Trial& trial, int64_t id) {
    for (const auto& given : trial.parameters()) {
      const Parameter* parameter = nullptr;
      for (const auto& known : exported_.document.spec.parameters) {
        if (known.name == given.name()) parameter = &known;
      }
      const auto value = parameter == nullptr ? StatusOr<OptunaValue>(NotFound("no parameter"))
                                              : ToOptuna(*parameter, given.value());
      if (!value.ok()) {
        // Of an architecture search, or added by hand outside of the space.
        RETURN_IF_ERROR(WriteAttribute("trial_user_attributes", id,
                                       "qalam:parameter:" + given.name(), given.value()));
        continue;
      }
      RETURN_IF_ERROR(writer_.Insert("trial_params", {++parameter_, id, given.name(), value->number,
                                                      value->distribution_json}));
    }
    return absl::OkStatus();
  }

  // The main objective's points; Optuna knows none of several objectives.
  Status WriteIntermediate(const v1::Trial& trial, int64_t id) {
    if (!exported_.document.spec.objective.additional_objectives.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto points, exported_.read_points(trial));
    std::map<int64_t, double> steps;
    int64_t next = 0;
    for (const auto& point : points) {
      if (point.metric() != exported_.experiment.objective_metric() || !point.text().empty()) {
        continue;
      }
      const int64_t step = point.step() >= 0 ? point.step() : next;
      steps[step] = point.value();
      next = std::max(next, step) + 1;
    }
    for (const auto& [step, value] : steps) {
      RETURN_IF_ERROR(
          writer_.Insert("trial_intermediate_values",
                         {++intermediate_, id, step, FiniteOrNull(value), KindOf(value, true)}));
    }
    return absl::OkStatus();
  }

  Status WriteAttribute(const std::string& table, int64_t trial_id, const std::string& key,
                        const Json& value) {
    return writer_.Insert(table, {++attribute_, trial_id, key, JsonText(value)});
  }

  const ExportedExperiment& exported_;
  SqliteWriter& writer_;
  int64_t parameter_ = 0, value_ = 0, intermediate_ = 0, attribute_ = 0;
};

}  // namespace

Status ExportOptuna(const ExportedExperiment& exported, const std::string& path) {
  const std::string unfinished = path + ".unfinished";
  unlink(unfinished.c_str());
  {
    ASSIGN_OR_RETURN(const auto writer, SqliteWriter::Create(unfinished));
    RETURN_IF_ERROR(OptunaWriter(exported, *writer).Write());
    RETURN_IF_ERROR(writer->Finish());
  }
  if (rename(unfinished.c_str(), path.c_str()) != 0) {
    return ErrnoStatus(errno, "cannot write " + path);
  }
  return absl::OkStatus();
}

}  // namespace qalam
