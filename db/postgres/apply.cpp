#include "db/postgres/apply.h"

#include <nlohmann/json.hpp>
#include <set>

#include "db/postgres/append_points.h"
#include "db/record_rows.h"

namespace qalam::postgres {

namespace {

// What the columns that experiments are listed by hold, out of the document.
struct ListedBy {
  explicit ListedBy(const std::string& document) {
    const auto json = nlohmann::json::parse(document, nullptr, false);
    algorithm = TextAt(json, "/spec/algorithm/algorithmName");
    is_maximized = TextAt(json, "/spec/objective/type") == "maximize";
  }
  std::string algorithm;
  bool is_maximized = false;

 private:
  static std::string TextAt(const nlohmann::json& json, const char* path) {
    const nlohmann::json::json_pointer pointer(path);
    return json.is_object() && json.contains(pointer) && json[pointer].is_string()
               ? json[pointer].get<std::string>()
               : "";
  }
};

// One batch on its way into the database.
class BatchWriter {
 public:
  BatchWriter(Connection& connection, HeldLeases* held) : connection_(connection), held_(held) {}

  Status Create(const ExperimentRecord& record);
  Status Update(const ExperimentRecord& record);
  Status Create(const TrialRecord& record);
  Status Update(const TrialRecord& record);
  Status ClearPoints(const std::string& trial_uid);
  Status Append(const TrialPoints& points);
  Status Append(const EventRecord& event);
  Status Delete(const std::string& uid);

 private:
  struct TrialRow {
    int64_t id = 0;
    int64_t point_count = 0;
  };

  // Locks the experiment's row, so that whoever else writes of it comes before or after, and the
  // sequences of its events grow in the order of the commits.
  StatusOr<int64_t> LockExperiment(const std::string& uid);
  StatusOr<TrialRow> LockTrial(const std::string& uid);
  Status CheckLease(int64_t experiment);

  Connection& connection_;
  HeldLeases* const held_;
  // A batch is nearly always of one experiment.
  std::string experiment_uid_;
  int64_t experiment_ = 0;  // identities begin at 1
  std::set<int64_t> fenced_;
};

Status BatchWriter::CheckLease(int64_t experiment) {
  if (held_ == nullptr || !fenced_.insert(experiment).second) return absl::OkStatus();
  const auto lease = held_->Find(experiment);
  if (lease) {
    auto row = connection_.Prepare(
        "SELECT 1 FROM leases WHERE experiment_id=$1 AND server_id=$2 AND fence=$3 FOR SHARE");
    ASSIGN_OR_RETURN(const bool found,
                     row.Bind(experiment).Bind(lease->server).Bind(lease->fence).Step());
    if (found) return absl::OkStatus();
    held_->Lose(experiment);
  }
  return FailedPrecondition("another server has taken the experiment over");
}

Status BatchWriter::Create(const ExperimentRecord& record) {
  auto statement = connection_.Prepare(
      "INSERT INTO experiments (uid, name_space, name, document, seed, state, reason, message, "
      "paused, stop_requested, delete_requested, suggestions_exhausted, work_dir, created, "
      "started, completed, version, algorithm, is_maximized) "
      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,1,$17,$18) RETURNING id");
  statement.Bind(record.uid).Bind(record.name_space).Bind(record.name);
  BindExperiment(statement, record);
  const ListedBy listed(record.document_json);
  const auto made = statement.Bind(listed.algorithm).Bind(listed.is_maximized).Step();
  if (made.status().code() == StatusCode::kAlreadyExists) {
    return AlreadyExists("there is already an experiment {} in the namespace {}", record.name,
                         record.name_space);
  }
  RETURN_IF_ERROR(made.status());
  // Nobody else knows of it yet.
  fenced_.insert(statement.Int());
  return absl::OkStatus();
}

StatusOr<int64_t> BatchWriter::LockExperiment(const std::string& uid) {
  if (experiment_ != 0 && uid == experiment_uid_) return experiment_;
  auto row = connection_.Prepare("SELECT id FROM experiments WHERE uid=$1 FOR NO KEY UPDATE");
  ASSIGN_OR_RETURN(const bool found, row.Bind(uid).Step());
  if (!found) return NotFound("there is no experiment with uid {}", uid);
  experiment_ = row.Int();
  experiment_uid_ = uid;
  RETURN_IF_ERROR(CheckLease(experiment_));
  return experiment_;
}

Status BatchWriter::Update(const ExperimentRecord& record) {
  auto statement = connection_.Prepare(
      "UPDATE experiments SET document=$1, seed=$2, state=$3, reason=$4, message=$5, paused=$6, "
      "stop_requested=$7, delete_requested=$8, suggestions_exhausted=$9, work_dir=$10, "
      "created=$11, started=$12, completed=$13, version=version+1, algorithm=$14, "
      "is_maximized=$15 WHERE uid=$16 AND version=$17 RETURNING id");
  BindExperiment(statement, record);
  const ListedBy listed(record.document_json);
  statement.Bind(listed.algorithm).Bind(listed.is_maximized);
  ASSIGN_OR_RETURN(const bool changed, statement.Bind(record.uid).Bind(record.version).Step());
  if (changed) return CheckLease(statement.Int());
  RETURN_IF_ERROR(LockExperiment(record.uid).status());
  return Aborted("experiment {} was changed by somebody else meanwhile; read it again",
                 record.name);
}

Status BatchWriter::Create(const TrialRecord& record) {
  ASSIGN_OR_RETURN(const int64_t experiment, LockExperiment(record.experiment_uid));
  auto statement = connection_.Prepare(
      "INSERT INTO trials (number, name, parameters, labels, state, reason, message, "
      "has_objective, objective, additional_objectives, violations, feasible, handle, "
      "collected_bytes, attempts, waits_for_room, worker, lease, lease_seconds, created, started, "
      "completed, uid, experiment_id) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,"
      "$16,$17,$18,$19,$20,$21,$22,$23,$24)");
  BindTrial(statement, record, EncodedTrial(record));
  const Status status = statement.Bind(experiment).Run();
  if (status.code() == StatusCode::kAlreadyExists) {
    return AlreadyExists("there is already a trial {}, or another with its number {} or uid {}",
                         record.name, record.number, record.uid);
  }
  return status;
}

Status BatchWriter::Update(const TrialRecord& record) {
  // Number ($1) and name ($2) never change, but are bound.
  auto statement = connection_.Prepare(
      "UPDATE trials SET parameters=$3, labels=$4, state=$5, reason=$6, message=$7, "
      "has_objective=$8, objective=$9, additional_objectives=$10, violations=$11, feasible=$12, "
      "handle=$13, collected_bytes=$14, attempts=$15, waits_for_room=$16, worker=$17, lease=$18, "
      "lease_seconds=$19, created=$20, started=$21, completed=$22 "
      "WHERE uid=$23 AND $1::bigint IS NOT NULL AND $2::text IS NOT NULL RETURNING experiment_id");
  BindTrial(statement, record, EncodedTrial(record));
  ASSIGN_OR_RETURN(const bool changed, statement.Step());
  if (!changed) return NotFound("there is no trial {}", record.name);
  return CheckLease(statement.Int());
}

StatusOr<BatchWriter::TrialRow> BatchWriter::LockTrial(const std::string& uid) {
  auto row = connection_.Prepare(
      "SELECT id, point_count, experiment_id FROM trials WHERE uid=$1 FOR NO KEY UPDATE");
  ASSIGN_OR_RETURN(const bool found, row.Bind(uid).Step());
  if (!found) return NotFound("there is no trial with uid {}", uid);
  TrialRow trial;
  trial.id = row.Int();
  trial.point_count = row.Int();
  RETURN_IF_ERROR(CheckLease(row.Int()));
  return trial;
}

Status BatchWriter::ClearPoints(const std::string& trial_uid) {
  ASSIGN_OR_RETURN(const TrialRow trial, LockTrial(trial_uid));
  for (const char* change :
       {"DELETE FROM points WHERE trial_id=$1", "DELETE FROM metrics WHERE trial_id=$1",
        "UPDATE trials SET point_count=0 WHERE id=$1"}) {
    RETURN_IF_ERROR(connection_.Prepare(change).Bind(trial.id).Run());
  }
  return absl::OkStatus();
}

Status BatchWriter::Append(const TrialPoints& points) {
  ASSIGN_OR_RETURN(const TrialRow trial, LockTrial(points.trial_uid));
  if (points.points.empty()) return absl::OkStatus();
  return AppendPoints(connection_, trial.id, trial.point_count, points.points);
}

Status BatchWriter::Append(const EventRecord& event) {
  ASSIGN_OR_RETURN(const int64_t experiment, LockExperiment(event.experiment_uid));
  return connection_
      .Prepare(
          "INSERT INTO events (experiment_id, trial_uid, time, reason, message) "
          "VALUES ($1,$2,$3,$4,$5)")
      .Bind(experiment)
      .Bind(event.trial_uid)
      .Bind(absl::ToUnixMicros(event.time))
      .Bind(event.reason)
      .Bind(event.message)
      .Run();
}

Status BatchWriter::Delete(const std::string& uid) {
  const auto experiment = LockExperiment(uid);
  if (experiment.status().code() == StatusCode::kNotFound) return absl::OkStatus();
  RETURN_IF_ERROR(experiment.status());
  experiment_ = 0;
  // The trials first, which waits for whoever appends to one; then their points, of which nothing
  // new can come.
  auto row = connection_.Prepare("DELETE FROM trials WHERE experiment_id=$1 RETURNING id");
  row.Bind(*experiment);
  std::vector<int64_t> trials;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    trials.push_back(row.Int());
  }
  if (!trials.empty()) {
    RETURN_IF_ERROR(
        connection_.Prepare("DELETE FROM points WHERE trial_id=ANY($1)").Bind(trials).Run());
  }
  return connection_.Prepare("DELETE FROM experiments WHERE id=$1").Bind(*experiment).Run();
}

template <typename Item, typename Apply>
Status ForEach(const std::vector<Item>& items, Apply apply) {
  for (const auto& item : items) RETURN_IF_ERROR(apply(item));
  return absl::OkStatus();
}

}  // namespace

Status ApplyBatch(Connection& connection, const WriteBatch& batch, HeldLeases* held) {
  BatchWriter writer(connection, held);
  const auto create = [&](const auto& record) { return writer.Create(record); };
  const auto update = [&](const auto& record) { return writer.Update(record); };
  const auto append = [&](const auto& record) { return writer.Append(record); };
  RETURN_IF_ERROR(ForEach(batch.create_experiments, create));
  RETURN_IF_ERROR(ForEach(batch.update_experiments, update));
  RETURN_IF_ERROR(ForEach(batch.create_trials, create));
  RETURN_IF_ERROR(ForEach(batch.update_trials, update));
  RETURN_IF_ERROR(
      ForEach(batch.clear_points, [&](const std::string& uid) { return writer.ClearPoints(uid); }));
  RETURN_IF_ERROR(ForEach(batch.append_points, append));
  RETURN_IF_ERROR(ForEach(batch.append_events, append));
  return ForEach(batch.delete_experiments,
                 [&](const std::string& uid) { return writer.Delete(uid); });
}

}  // namespace qalam::postgres
