#include "db/sqlite/apply.h"

#include <cmath>
#include <map>

#include "db/sqlite/rows.h"

namespace qalam::sqlite {

namespace {

// What the columns that experiments are listed by hold, out of a parameter that is the document.
#define QALAM_TEXT_IN(document, path)                                                  \
  "CASE WHEN json_valid(" document ") THEN coalesce(json_extract(" document ", '" path \
  "'), '') ELSE '' END"
#define QALAM_ALGORITHM_OF(document) QALAM_TEXT_IN(document, "$.spec.algorithm.algorithmName")
#define QALAM_IS_MAXIMIZED_BY(document) \
  "(" QALAM_TEXT_IN(document, "$.spec.objective.type") ")='maximize'"

void BindExperiment(Statement& statement, const ExperimentRecord& record) {
  statement.Bind(record.document_json)
      .Bind(static_cast<int64_t>(record.seed))
      .Bind(static_cast<int>(record.state))
      .Bind(record.reason)
      .Bind(record.message)
      .Bind(record.paused)
      .Bind(record.stop_requested)
      .Bind(record.delete_requested)
      .Bind(record.suggestions_exhausted)
      .Bind(record.work_dir)
      .Bind(record.created)
      .Bind(record.started)
      .Bind(record.completed);
}

Status CreateExperiment(Connection& connection, const ExperimentRecord& record) {
  ASSIGN_OR_RETURN(
      auto statement,
      connection.Prepare(
          "INSERT INTO experiments (uid, name_space, name, document, seed, state, "
          "reason, message, paused, stop_requested, delete_requested, "
          "suggestions_exhausted, work_dir, created, started, completed, version, "
          "algorithm, is_maximized) "
          "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,1, " QALAM_ALGORITHM_OF(
              "?4") ", " QALAM_IS_MAXIMIZED_BY("?4") ")"));
  statement.Bind(record.uid).Bind(record.name_space).Bind(record.name);
  BindExperiment(statement, record);
  const Status status = statement.Run();
  if (status.code() == StatusCode::kAlreadyExists) {
    return AlreadyExists("there is already an experiment {} in the namespace {}", record.name,
                         record.name_space);
  }
  return status;
}

StatusOr<int64_t> ExperimentId(Connection& connection, const std::string& uid) {
  ASSIGN_OR_RETURN(auto statement, connection.Prepare("SELECT id FROM experiments WHERE uid=?"));
  ASSIGN_OR_RETURN(const bool found, statement.Bind(uid).Step());
  if (!found) return NotFound("there is no experiment with uid {}", uid);
  return statement.Int();
}

// Looks an experiment's id up once for what follows of it: a batch is nearly always of one.
class ExperimentIds {
 public:
  explicit ExperimentIds(Connection& connection) : connection_(connection) {}
  StatusOr<int64_t> Find(const std::string& uid) {
    if (id_ == 0 || uid != uid_) {
      ASSIGN_OR_RETURN(id_, ExperimentId(connection_, uid));
      uid_ = uid;
    }
    return id_;
  }

 private:
  Connection& connection_;
  std::string uid_;
  int64_t id_ = 0;  // SQLite's begin at 1
};

Status UpdateExperiment(Connection& connection, const ExperimentRecord& record) {
  ASSIGN_OR_RETURN(
      auto statement,
      connection.Prepare(
          "UPDATE experiments SET document=?1, seed=?2, state=?3, reason=?4, "
          "message=?5, paused=?6, stop_requested=?7, delete_requested=?8, "
          "suggestions_exhausted=?9, work_dir=?10, created=?11, started=?12, "
          "completed=?13, version=version+1, "
          "algorithm=" QALAM_ALGORITHM_OF("?1") ", "
                                                "is_maximized=" QALAM_IS_MAXIMIZED_BY(
                                                    "?1") " "
                                                          "WHERE uid=?14 AND version=?15"));
  BindExperiment(statement, record);
  RETURN_IF_ERROR(statement.Bind(record.uid).Bind(record.version).Run());
  if (connection.Changes() == 1) return absl::OkStatus();
  RETURN_IF_ERROR(ExperimentId(connection, record.uid).status());
  return Aborted("experiment {} was changed by somebody else meanwhile; read it again",
                 record.name);
}

// A trial's lists as text. Statements refer to what is bound, so that it must outlive them.
struct EncodedTrial {
  explicit EncodedTrial(const TrialRecord& record)
      : parameters(EncodeParameters(record.parameters)),
        labels(EncodeLabels(record.labels)),
        additional_objectives(EncodeNumbers(record.additional_objective_values)),
        violations(EncodeNumbers(record.violations)) {}
  const std::string parameters, labels, additional_objectives, violations;
};

void BindTrial(Statement& statement, const TrialRecord& record, const EncodedTrial& encoded) {
  statement.Bind(record.number)
      .Bind(record.name)
      .Bind(encoded.parameters)
      .Bind(encoded.labels)
      .Bind(static_cast<int>(record.state))
      .Bind(record.reason)
      .Bind(record.message)
      .Bind(record.objective_value.has_value());
  if (record.objective_value.has_value()) {
    statement.Bind(*record.objective_value);
  } else {
    statement.BindNull();
  }
  statement.Bind(encoded.additional_objectives)
      .Bind(encoded.violations)
      .Bind(record.IsFeasible())
      .Bind(record.handle)
      .Bind(static_cast<int64_t>(record.collected_bytes))
      .Bind(record.attempts)
      .Bind(record.waits_for_room)
      .Bind(record.worker)
      .Bind(record.lease)
      .Bind(record.lease_seconds)
      .Bind(record.created)
      .Bind(record.started)
      .Bind(record.completed)
      .Bind(record.uid);
}

Status CreateTrial(Connection& connection, ExperimentIds& ids, const TrialRecord& record) {
  ASSIGN_OR_RETURN(const int64_t experiment, ids.Find(record.experiment_uid));
  ASSIGN_OR_RETURN(
      auto statement,
      connection.Prepare("INSERT INTO trials (number, name, parameters, labels, state, reason, "
                         "message, has_objective, objective, additional_objectives, violations, "
                         "feasible, handle, collected_bytes, attempts, waits_for_room, worker, "
                         "lease, lease_seconds, created, started, completed, uid, experiment_id) "
                         "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  const EncodedTrial encoded(record);
  BindTrial(statement, record, encoded);
  const Status status = statement.Bind(experiment).Run();
  if (status.code() == StatusCode::kAlreadyExists) {
    return AlreadyExists("there is already a trial {}, or another with its number {} or uid {}",
                         record.name, record.number, record.uid);
  }
  return status;
}

Status UpdateTrial(Connection& connection, const TrialRecord& record) {
  ASSIGN_OR_RETURN(
      auto statement,
      // Numbered as BindTrial binds. Without number (1) and name (2), which never change: setting
      // them would write their indexes again.
      connection.Prepare("UPDATE trials SET parameters=?3, labels=?4, state=?5, reason=?6, "
                         "message=?7, has_objective=?8, objective=?9, additional_objectives=?10, "
                         "violations=?11, feasible=?12, handle=?13, collected_bytes=?14, "
                         "attempts=?15, waits_for_room=?16, worker=?17, lease=?18, "
                         "lease_seconds=?19, created=?20, started=?21, completed=?22 "
                         "WHERE uid=?23"));
  const EncodedTrial encoded(record);
  BindTrial(statement, record, encoded);
  RETURN_IF_ERROR(statement.Run());
  if (connection.Changes() == 1) return absl::OkStatus();
  return NotFound("there is no trial {}", record.name);
}

struct RunningSummary {
  int64_t id = 0;  // of its row; 0 while there is none
  double min = NAN, max = NAN, latest = NAN;
  int64_t count = 0;
  std::string text;
};

StatusOr<RunningSummary> LoadSummary(Connection& connection, int64_t trial,
                                     const std::string& metric) {
  ASSIGN_OR_RETURN(auto select,
                   connection.Prepare("SELECT id, min, max, latest, count, text FROM metrics "
                                      "WHERE trial_id=? AND name=?"));
  ASSIGN_OR_RETURN(const bool found, select.Bind(trial).Bind(metric).Step());
  RunningSummary summary;
  if (!found) return summary;
  summary.id = select.Int();
  summary.min = select.Double();
  summary.max = select.Double();
  summary.latest = select.Double();
  summary.count = select.Int();
  summary.text = select.Text();
  return summary;
}

Status SaveSummary(Connection& connection, int64_t trial, const std::string& metric,
                   RunningSummary& summary) {
  ASSIGN_OR_RETURN(
      auto statement,
      connection.Prepare(summary.id == 0 ? "INSERT INTO metrics (min, max, latest, count, text, "
                                           "trial_id, name) VALUES (?,?,?,?,?,?,?)"
                                         : "UPDATE metrics SET min=?, max=?, latest=?, count=?, "
                                           "text=? WHERE id=?"));
  statement.Bind(summary.min)
      .Bind(summary.max)
      .Bind(summary.latest)
      .Bind(summary.count)
      .BindTextOrNull(summary.text);
  if (summary.id != 0) return statement.Bind(summary.id).Run();
  RETURN_IF_ERROR(statement.Bind(trial).Bind(metric).Run());
  summary.id = connection.LastInsertId();
  return absl::OkStatus();
}

void Add(const MetricPoint& point, RunningSummary& summary) {
  // fmin and fmax pass over a NaN on either side.
  summary.min = std::fmin(summary.min, point.value);
  summary.max = std::fmax(summary.max, point.value);
  summary.latest = point.value;
  if (!point.text.empty()) summary.text = point.text;
  ++summary.count;
}

Status AppendPoints(Connection& connection, const TrialPoints& trial_points) {
  ASSIGN_OR_RETURN(auto select,
                   connection.Prepare("SELECT id, point_count FROM trials WHERE uid=?"));
  ASSIGN_OR_RETURN(const bool found, select.Bind(trial_points.trial_uid).Step());
  if (!found) return NotFound("there is no trial with uid {}", trial_points.trial_uid);
  const int64_t trial = select.Int();
  int64_t sequence = select.Int();

  // Read and written once a batch, not once a point, and before the points, which name their rows.
  std::map<std::string, RunningSummary, std::less<>> summaries;
  std::vector<const RunningSummary*> summary_of;
  summary_of.reserve(trial_points.points.size());
  for (const auto& point : trial_points.points) {
    auto entry = summaries.find(point.metric);
    if (entry == summaries.end()) {
      ASSIGN_OR_RETURN(auto loaded, LoadSummary(connection, trial, point.metric));
      entry = summaries.emplace(point.metric, std::move(loaded)).first;
    }
    Add(point, entry->second);
    summary_of.push_back(&entry->second);
  }
  for (auto& [metric, summary] : summaries) {
    RETURN_IF_ERROR(SaveSummary(connection, trial, metric, summary));
  }
  ASSIGN_OR_RETURN(auto insert, connection.Prepare("INSERT INTO points VALUES (?,?,?,?,?,?,?)"));
  for (size_t i = 0; i < summary_of.size(); ++i) {
    const MetricPoint& point = trial_points.points[i];
    RETURN_IF_ERROR(insert.Bind(trial)
                        .Bind(sequence++)
                        .Bind(summary_of[i]->id)
                        .Bind(absl::ToUnixMicros(point.time))
                        .Bind(point.value)
                        .Bind(point.step)
                        .BindTextOrNull(point.text)
                        .Run());
  }
  ASSIGN_OR_RETURN(auto update, connection.Prepare("UPDATE trials SET point_count=? WHERE id=?"));
  return update.Bind(sequence).Bind(trial).Run();
}

Status ClearPoints(Connection& connection, const std::string& trial_uid) {
  ASSIGN_OR_RETURN(auto select, connection.Prepare("SELECT id FROM trials WHERE uid=?"));
  ASSIGN_OR_RETURN(const bool found, select.Bind(trial_uid).Step());
  if (!found) return NotFound("there is no trial with uid {}", trial_uid);
  const int64_t trial = select.Int();
  for (const char* const change :
       {"DELETE FROM points WHERE trial_id=?", "DELETE FROM metrics WHERE trial_id=?",
        "UPDATE trials SET point_count=0 WHERE id=?"}) {
    ASSIGN_OR_RETURN(auto statement, connection.Prepare(change));
    RETURN_IF_ERROR(statement.Bind(trial).Run());
  }
  return absl::OkStatus();
}

Status AppendEvent(Connection& connection, ExperimentIds& ids, const EventRecord& event) {
  ASSIGN_OR_RETURN(const int64_t experiment, ids.Find(event.experiment_uid));
  ASSIGN_OR_RETURN(auto statement,
                   connection.Prepare("INSERT INTO events (experiment_id, trial_uid, time, reason, "
                                      "message) VALUES (?,?,?,?,?)"));
  return statement.Bind(experiment)
      .Bind(event.trial_uid)
      .Bind(absl::ToUnixMicros(event.time))
      .Bind(event.reason)
      .Bind(event.message)
      .Run();
}

Status DeleteExperiment(Connection& connection, const std::string& uid) {
  ASSIGN_OR_RETURN(auto statement, connection.Prepare("DELETE FROM experiments WHERE uid=?"));
  return statement.Bind(uid).Run();
}

template <typename Item, typename Apply>
Status ForEach(const std::vector<Item>& items, Apply apply) {
  for (const auto& item : items) RETURN_IF_ERROR(apply(item));
  return absl::OkStatus();
}

}  // namespace

Status ApplyBatch(Connection& connection, const WriteBatch& batch) {
  ExperimentIds ids(connection);
  const auto with_connection = [&](auto apply) {
    return [&connection, apply](const auto& item) { return apply(connection, item); };
  };
  const auto with_ids = [&](auto apply) {
    return [&connection, &ids, apply](const auto& item) { return apply(connection, ids, item); };
  };
  RETURN_IF_ERROR(ForEach(batch.create_experiments, with_connection(CreateExperiment)));
  RETURN_IF_ERROR(ForEach(batch.update_experiments, with_connection(UpdateExperiment)));
  RETURN_IF_ERROR(ForEach(batch.create_trials, with_ids(CreateTrial)));
  RETURN_IF_ERROR(ForEach(batch.update_trials, with_connection(UpdateTrial)));
  RETURN_IF_ERROR(ForEach(batch.clear_points, with_connection(ClearPoints)));
  RETURN_IF_ERROR(ForEach(batch.append_points, with_connection(AppendPoints)));
  RETURN_IF_ERROR(ForEach(batch.append_events, with_ids(AppendEvent)));
  return ForEach(batch.delete_experiments, with_connection(DeleteExperiment));
}

}  // namespace qalam::sqlite
