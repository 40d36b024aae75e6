#include "db/sqlite/writer.h"

#include "db/sqlite/apply.h"

namespace qalam::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      commits_([this](const Group& group) { CommitGroup(group); }) {}

// A batch that is refused takes only itself back, unless SQLite has taken back all, as it may on a
// full disk, or the batch cannot be taken back: then nothing of the group may stand.
Status Writer::ApplyAlone(const WriteBatch& batch, Status* refusal) {
  RETURN_IF_ERROR(connection_->Execute("SAVEPOINT batch"));
  *refusal = ApplyBatch(*connection_, batch);
  if (!connection_->InTransaction()) {
    return refusal->ok() ? Internal("the transaction ended early") : *refusal;
  }
  if (!refusal->ok()) RETURN_IF_ERROR(connection_->Execute("ROLLBACK TO batch"));
  return connection_->Execute("RELEASE batch");
}

Status Writer::ApplyGroup(const Group& group) {
  RETURN_IF_ERROR(connection_->CheckInPlace());
  RETURN_IF_ERROR(connection_->Execute("BEGIN IMMEDIATE"));
  if (group.size() == 1) {
    // Nothing else would be taken back with it, and a savepoint costs a tenth of a commit.
    RETURN_IF_ERROR(ApplyBatch(*connection_, *group.front()->batch));
    return connection_->Execute("COMMIT");
  }
  for (auto* request : group) {
    RETURN_IF_ERROR(ApplyAlone(*request->batch, &request->status));
  }
  return connection_->Execute("COMMIT");
}

void Writer::CommitGroup(const Group& group) {
  const Status whole = ApplyGroup(group);
  if (whole.ok()) return;
  if (connection_->InTransaction()) connection_->Execute("ROLLBACK").IgnoreError();
  for (auto* request : group) {
    if (request->status.ok()) request->status = whole;
  }
}

}  // namespace qalam::sqlite
