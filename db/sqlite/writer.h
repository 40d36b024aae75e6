// Commits batches through one connection, many in a transaction.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "db/group_commit.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace qalam::sqlite {

class Writer {
 public:
  explicit Writer(std::unique_ptr<Connection> connection);

  // Blocks until the batch is durable or refused.
  Status Commit(const WriteBatch& batch) { return commits_.Run(batch); }

 private:
  using Group = std::vector<GroupCommit::Request*>;

  void CommitGroup(const Group& group);
  // Sets `*refusal` when the batch alone is refused; an error means that the whole group is.
  Status ApplyAlone(const WriteBatch& batch, Status* refusal);
  Status ApplyGroup(const Group& group);

  const std::unique_ptr<Connection> connection_;  // the thread's own
  GroupCommit commits_;
};

}  // namespace qalam::sqlite
