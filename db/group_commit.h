// The one thread that writes to a database. Commits that arrive while it is busy go together into
// the next transaction, and share its disk sync.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <thread>
#include <vector>

#include "base/status.h"
#include "db/store.h"

namespace qalam {

class GroupCommit {
 public:
  struct Request {
    const WriteBatch* batch = nullptr;
    bool fenced = false;  // refused for an experiment whose lease this server does not hold
    Status status = absl::OkStatus();  // set by `commit`
    bool done = false;
  };
  // `commit` runs on the thread alone, and sets each request's status. When it returns, what is OK
  // is durable and of what is not nothing is there.
  using Commit = std::function<void(const std::vector<Request*>& group)>;

  explicit GroupCommit(Commit commit);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Blocks until the batch is durable or refused. The queue is bounded by the threads that wait
  // here.
  Status Run(const WriteBatch& batch, bool fenced = false);

 private:
  void Loop();

  const Commit commit_;
  absl::Mutex mutex_;
  std::vector<Request*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace qalam
