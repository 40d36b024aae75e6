#include "db/sqlite/writer.h"

#include "db/sqlite/apply.h"

namespace qalam::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
  thread_ = std::thread([this] { Run(); });
}

Writer::~Writer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

Status Writer::Commit(const WriteBatch& batch) {
  Request request{.batch = &batch};
  absl::MutexLock lock(&mutex_);
  waiting_.push_back(&request);
  mutex_.Await(absl::Condition(&request.done));
  return request.status;
}

void Writer::Run() {
  while (true) {
    std::vector<Request*> group;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](Writer* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
            return self->stopping_ || !self->waiting_.empty();
          },
          this));
      if (waiting_.empty()) return;
      group.swap(waiting_);
    }
    CommitGroup(group);
    absl::MutexLock lock(&mutex_);
    for (Request* request : group) request->done = true;
  }
}

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

Status Writer::ApplyGroup(const std::vector<Request*>& group) {
  RETURN_IF_ERROR(connection_->CheckInPlace());
  RETURN_IF_ERROR(connection_->Execute("BEGIN IMMEDIATE"));
  if (group.size() == 1) {
    // Nothing else would be taken back with it, and a savepoint costs a tenth of a commit.
    RETURN_IF_ERROR(ApplyBatch(*connection_, *group.front()->batch));
    return connection_->Execute("COMMIT");
  }
  for (Request* request : group) {
    RETURN_IF_ERROR(ApplyAlone(*request->batch, &request->status));
  }
  return connection_->Execute("COMMIT");
}

void Writer::CommitGroup(const std::vector<Request*>& group) {
  const Status whole = ApplyGroup(group);
  if (whole.ok()) return;
  if (connection_->InTransaction()) connection_->Execute("ROLLBACK").IgnoreError();
  for (Request* request : group) {
    if (request->status.ok()) request->status = whole;
  }
}

}  // namespace qalam::sqlite
