// Commits batches through one connection, many in a transaction.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/status.h"
#include "db/group_commit.h"
#include "db/postgres/change_notices.h"
#include "db/postgres/connection.h"
#include "db/postgres/held_leases.h"
#include "db/postgres/transaction_runner.h"
#include "db/store.h"

namespace qalam::postgres {

class Writer {
 public:
  // `held` must outlive it.
  Writer(const DatabaseAddress& address, const PostgresOptions& options, HeldLeases& held,
         std::unique_ptr<Connection> connection)
      : held_(held),
        runner_(address, options, std::move(connection)),
        commits_([this](const Group& group) { CommitGroup(group); }) {}

  // From now on other servers are told of each commit.
  void TellOthers() { tells_others_ = true; }
  // Blocks until the batch is durable or refused. A fenced one is refused as ApplyBatch says.
  Status Commit(const WriteBatch& batch, bool fenced) { return commits_.Run(batch, fenced); }

 private:
  using Group = std::vector<GroupCommit::Request*>;

  void CommitGroup(const Group& group);
  Status ApplyGroup(Connection& connection, const Group& group);
  Status ApplyAlone(Connection& connection, GroupCommit::Request& request, ChangeNotices& notices);
  Status Apply(Connection& connection, const GroupCommit::Request& request, ChangeNotices& notices);

  HeldLeases& held_;
  std::atomic<bool> tells_others_ = false;
  TransactionRunner runner_;  // the thread's own
  GroupCommit commits_;
};

}  // namespace qalam::postgres
