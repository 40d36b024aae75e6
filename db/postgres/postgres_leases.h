#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/experiment_leases.h"
#include "db/postgres/connection.h"
#include "db/postgres/held_leases.h"
#include "db/postgres/reader_pool.h"

namespace qalam::postgres {

// The servers that have joined, by age.
StatusOr<std::vector<ServerPlace>> ReadServers(Connection& connection);

// As the methods of ExperimentLeases of these names.
class PostgresLeases {
 public:
  // `held` is what fenced commits are held against.
  PostgresLeases(const DatabaseAddress& address, ReaderPool& readers, HeldLeases& held)
      : address_(address), readers_(readers), held_(held) {}

  StatusOr<std::vector<std::string>> Renew(const ServerPlace& place, bool all,
                                           const std::vector<std::string>& wanted);
  Status Leave();
  StatusOr<RemoteChanges> WaitForChanges(Duration longest);
  StatusOr<std::string> DatabaseId();
  StatusOr<ServerPlace> HolderOf(const std::string& experiment_uid);

 private:
  Status Connect(std::unique_ptr<Connection>& connection);
  // Sets server_ to this server's row, a new one where it has none any more.
  Status Join(const ServerPlace& place);
  // Whether any active experiment is free, or an ended one is held.
  StatusOr<bool> HasWork(bool all, const std::vector<std::string>& wanted);
  Status TakeOver(bool all, const std::vector<std::string>& wanted);
  StatusOr<std::vector<std::string>> ReadHeld();

  const DatabaseAddress address_;
  ReaderPool& readers_;
  HeldLeases& held_;
  // Of the threads that renew and that wait.
  std::unique_ptr<Connection> renewing_, listening_;
  int64_t server_ = 0;  // 0: has not joined
};

}  // namespace qalam::postgres
