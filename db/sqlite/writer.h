// The one thread that writes. Commits that arrive while it is busy share the next disk sync.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <thread>
#include <vector>

#include "base/status.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace qalam::sqlite {

class Writer {
 public:
  explicit Writer(std::unique_ptr<Connection> connection);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Blocks until the batch is durable or refused. The queue is bounded by the threads that wait
  // here.
  Status Commit(const WriteBatch& batch);

 private:
  struct Request {
    const WriteBatch* batch;
    Status status;
    bool done = false;
  };

  void Run();
  void CommitGroup(const std::vector<Request*>& group);
  // Sets `*refusal` when the batch alone is refused; an error means that the whole group is.
  Status ApplyAlone(const WriteBatch& batch, Status* refusal);
  Status ApplyGroup(const std::vector<Request*>& group);

  const std::unique_ptr<Connection> connection_;  // the thread's own
  absl::Mutex mutex_;
  std::vector<Request*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace qalam::sqlite
