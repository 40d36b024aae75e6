#include "db/sqlite/apply.h"

#include <cmath>
#include <map>

#include "db/record_rows.h"
#include "db/running_summary.h"

namespace qalam::sqlite {

namespace {

// What the columns that experiments are listed by hold, out of a parameter that is the document.
#define QALAM_TEXT_IN(document, path)                                                  \
  "CASE WHEN json_valid(" document ") THEN coalesce(json_extract(" document ", '" path \
  "'), '') ELSE '' END"
#define QALAM_ALGORITHM_OF(document) QALAM_TEXT_IN(document, "$.spec.algorithm.algorithmName")
#define QALAM_IS_MAXIMIZED_BY(document) \
  "(" QALAM_TEXT_IN(document, "$.spec.objective.type") ")='maximize'"

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

StatusOr<RunningSummary> LoadSummary(Connection& connection, int64_t trial,
                                     const std::string& metric) {
  ASSIGN_OR_RETURN(auto select, connection.Prepare("SELECT id, has_blocks, " QALAM_SUMMARY_COLUMNS
                                                   " FROM metrics WHERE trial_id=? AND name=?"));
  ASSIGN_OR_RETURN(const bool found, select.Bind(trial).Bind(metric).Step());
  RunningSummary summary;
  if (!found) return summary;
  summary.id = select.Int();
  summary.has_blocks = select.Int() != 0;
  ReadSummary(select, summary);
  return summary;
}

Status SaveBlocks(Connection& connection, const RunningSummary& summary) {
  if (!summary.has_blocks) return absl::OkStatus();
  int64_t number = summary.full_from;
  for (const CurveBlock& block : summary.full) {
    ASSIGN_OR_RETURN(auto statement,
                     connection.Prepare("INSERT INTO curve_blocks (lowest_sequence, lowest, "
                                        "highest_sequence, highest, metric_id, number) VALUES "
                                        "(?,?,?,?,?,?)"));
    BindBlock(statement, block);
    RETURN_IF_ERROR(statement.Bind(summary.id).Bind(number++).Run());
  }
  return absl::OkStatus();
}

Status SaveSummary(Connection& connection, int64_t trial, const std::string& metric,
                   RunningSummary& summary) {
  ASSIGN_OR_RETURN(
      auto statement,
      connection.Prepare(summary.id == 0
                             ? "INSERT INTO metrics (" QALAM_SUMMARY_COLUMNS
                               ", trial_id, name, has_blocks) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,1)"
                             : "UPDATE metrics SET (" QALAM_SUMMARY_COLUMNS
                               ")=(?,?,?,?,?,?,?,?,?,?,?) WHERE id=?"));
  BindSummary(statement, summary);
  if (summary.id != 0) {
    RETURN_IF_ERROR(statement.Bind(summary.id).Run());
  } else {
    RETURN_IF_ERROR(statement.Bind(trial).Bind(metric).Run());
    summary.id = connection.LastInsertId();
  }
  return SaveBlocks(connection, summary);
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
    entry->second.Add(point, sequence + static_cast<int64_t>(summary_of.size()));
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
