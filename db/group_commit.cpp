#include "db/group_commit.h"

namespace qalam {

GroupCommit::GroupCommit(Commit commit) : commit_(std::move(commit)) {
  thread_ = std::thread([this] { Loop(); });
}

GroupCommit::~GroupCommit() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

Status GroupCommit::Run(const WriteBatch& batch, bool fenced) {
  Request request{.batch = &batch, .fenced = fenced};
  absl::MutexLock lock(&mutex_);
  waiting_.push_back(&request);
  mutex_.Await(absl::Condition(&request.done));
  return request.status;
}

void GroupCommit::Loop() {
  while (true) {
    std::vector<Request*> group;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](GroupCommit* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
            return self->stopping_ || !self->waiting_.empty();
          },
          this));
      if (waiting_.empty()) return;
      group.swap(waiting_);
    }
    commit_(group);
    absl::MutexLock lock(&mutex_);
    for (Request* request : group) request->done = true;
  }
}

}  // namespace qalam
