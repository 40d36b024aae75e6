// What a commit has changed, told to the other servers by NOTIFY in the commit's own transaction.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "db/experiment_leases.h"
#include "db/postgres/connection.h"
#include "db/store.h"

namespace qalam::postgres {

// Which process told: others' notices are for this one.
const std::string& NoticeSource();

// Gathers the changes of one transaction, each once.
class ChangeNotices {
 public:
  // Before the batch is applied: afterwards nobody knows the names of what it deletes.
  Status Note(Connection& connection, const WriteBatch& batch);
  // Inside the transaction.
  Status Send(Connection& connection);

 private:
  std::set<std::string> lines_;
};

// The changes of another process's notice; none of one's own.
void ReadNotice(std::string_view notice, std::vector<RemoteChange>& changes);

}  // namespace qalam::postgres
