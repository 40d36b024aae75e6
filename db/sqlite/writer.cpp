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

// A batch that is refused takes only itself back.
Status Writer::ApplyAlone(const WriteBatch& batch) {
  RETURN_IF_ERROR(connection_->Execute("SAVEPOINT batch"));
  const Status status = ApplyBatch(*connection_, batch);
  if (!status.ok() && connection_->InTransaction()) {
    RETURN_IF_ERROR(connection_->Execute("ROLLBACK TO batch"));
  }
  if (connection_->InTransaction()) RETURN_IF_ERROR(connection_->Execute("RELEASE batch"));
  return status;
}

void Writer::CommitGroup(const std::vector<Request*>& group) {
  Status whole = connection_->Execute("BEGIN IMMEDIATE");
  for (Request* request : group) {
    if (!whole.ok()) break;
    request->status = ApplyAlone(*request->batch);
    // A full disk makes SQLite take the whole transaction back: then nothing of the group stands.
    if (!connection_->InTransaction()) {
      whole = request->status.ok() ? Internal("the transaction ended early") : request->status;
    }
  }
  if (whole.ok()) whole = connection_->Execute("COMMIT");
  if (whole.ok()) return;
  if (connection_->InTransaction()) connection_->Execute("ROLLBACK").IgnoreError();
  for (Request* request : group) {
    if (request->status.ok()) request->status = whole;
  }
}

}  // namespace qalam::sqlite
