#include "db/postgres/postgres_leases.h"

#include <fmt/ranges.h>
#include <poll.h>

#include <map>

#include "db/postgres/change_notices.h"

namespace qalam::postgres {

namespace {

#define QALAM_ACTIVE "(e.state<3 OR e.stop_requested OR e.delete_requested)"
// $1 is whether all are wanted, $2 the uids of those that are, apart by spaces; `server_is_there`
// is what must hold of a holder's row s.
#define QALAM_FREE(server_is_there)                                                             \
  QALAM_ACTIVE                                                                                  \
  " AND ($1 OR e.uid=ANY(string_to_array($2, ' '))) AND NOT EXISTS (SELECT FROM leases l JOIN " \
  "servers s ON s.id=l.server_id WHERE l.experiment_id=e.id AND " server_is_there ")"

std::string Joined(const std::vector<std::string>& uids) {
  return fmt::format("{}", fmt::join(uids, " "));
}

ServerPlace ReadPlace(Statement& row) {
  ServerPlace place;
  place.machine = row.Text();
  place.private_address = row.Text();
  place.public_address = row.Text();
  return place;
}

}  // namespace

Status PostgresLeases::Connect(std::unique_ptr<Connection>& connection) {
  if (connection != nullptr && connection->IsIdle()) return absl::OkStatus();
  connection.reset();
  ASSIGN_OR_RETURN(connection, Connection::Open(address_));
  return absl::OkStatus();
}

Status PostgresLeases::Join(const ServerPlace& place) {
  const double seconds = absl::ToDoubleSeconds(ExperimentLeases::kTimeToLive);
  auto renew = renewing_->Prepare(
      "UPDATE servers SET expires=clock_timestamp()+make_interval(secs=>$1) WHERE id=$2");
  RETURN_IF_ERROR(renew.Bind(seconds).Bind(server_).Run());
  if (renew.Changes() == 1) return absl::OkStatus();
  // Not joined yet, or too late: somebody else may have taken what was held.
  held_.Clear();
  auto join = renewing_->Prepare(
      "INSERT INTO servers (machine, private_address, public_address, expires) VALUES "
      "($1, $2, $3, clock_timestamp()+make_interval(secs=>$4)) RETURNING id");
  ASSIGN_OR_RETURN(const bool joined, join.Bind(place.machine)
                                          .Bind(place.private_address)
                                          .Bind(place.public_address)
                                          .Bind(seconds)
                                          .Step());
  if (!joined) return Internal("{}: a server has no row", address_.Shown());
  server_ = join.Int();
  return absl::OkStatus();
}

StatusOr<bool> PostgresLeases::HasWork(bool all, const std::vector<std::string>& wanted) {
  auto row =
      renewing_->Prepare("SELECT EXISTS (SELECT FROM experiments e WHERE " QALAM_FREE("s.expires>=clock_timestamp()") ") OR EXISTS (SELECT FROM leases l JOIN experiments e ON "
                         "e.id=l.experiment_id WHERE l.server_id=$3 AND NOT " QALAM_ACTIVE ")");
  RETURN_IF_ERROR(row.Bind(all).Bind(Joined(wanted)).Bind(server_).Step().status());
  return row.Int() != 0;
}

// One server at a time, and each statement after the lock sees all that was done under it. A server
// that is late goes out of the table first: its own renewal, which waits for that, then finds that
// it has lost everything.
Status PostgresLeases::TakeOver(bool all, const std::vector<std::string>& wanted) {
  RETURN_IF_ERROR(
      renewing_->Execute(QALAM_BEGIN_WRITING "SELECT pg_advisory_xact_lock(1363758158)"));
  RETURN_IF_ERROR(renewing_->Execute("DELETE FROM servers WHERE expires<clock_timestamp()"));
  RETURN_IF_ERROR(
      renewing_
          ->Prepare("INSERT INTO leases (experiment_id, server_id, fence) SELECT e.id, $3, 1 "
                    "FROM experiments e WHERE " QALAM_FREE(
                        "true") " ON CONFLICT (experiment_id) DO UPDATE "
                                "SET server_id=excluded.server_id, fence=leases.fence+1")
          .Bind(all)
          .Bind(Joined(wanted))
          .Bind(server_)
          .Run());
  RETURN_IF_ERROR(renewing_
                      ->Prepare("DELETE FROM leases l USING experiments e WHERE "
                                "e.id=l.experiment_id AND l.server_id=$1 AND NOT " QALAM_ACTIVE)
                      .Bind(server_)
                      .Run());
  return renewing_->Execute("COMMIT");
}

StatusOr<std::vector<std::string>> PostgresLeases::ReadHeld() {
  auto row = renewing_->Prepare(
      "SELECT e.uid, e.id, l.fence FROM leases l JOIN experiments e ON e.id=l.experiment_id "
      "WHERE l.server_id=$1");
  row.Bind(server_);
  std::vector<std::string> uids;
  std::map<int64_t, HeldLeases::Lease> held;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    uids.push_back(row.Text());
    const int64_t experiment = row.Int();
    held[experiment] = {.server = server_, .fence = row.Int()};
  }
  held_.Replace(std::move(held));
  return uids;
}

StatusOr<std::vector<std::string>> PostgresLeases::Renew(const ServerPlace& place, bool all,
                                                         const std::vector<std::string>& wanted) {
  RETURN_IF_ERROR(Connect(renewing_));
  RETURN_IF_ERROR(Join(place));
  ASSIGN_OR_RETURN(const bool has_work, HasWork(all, wanted));
  if (has_work) {
    const Status status = TakeOver(all, wanted);
    // A connection with a transaction that failed is not used again.
    if (!status.ok()) {
      renewing_.reset();
      return status;
    }
  }
  return ReadHeld();
}

Status PostgresLeases::Leave() {
  held_.Clear();
  if (server_ == 0) return absl::OkStatus();
  RETURN_IF_ERROR(Connect(renewing_));
  const int64_t server = std::exchange(server_, 0);
  return renewing_->Prepare("DELETE FROM servers WHERE id=$1").Bind(server).Run();
}

StatusOr<RemoteChanges> PostgresLeases::WaitForChanges(Duration longest) {
  RemoteChanges changes;
  if (listening_ == nullptr || !listening_->IsIdle()) {
    RETURN_IF_ERROR(Connect(listening_));
    const Status listens = listening_->Execute("LISTEN qalam");
    if (!listens.ok()) {
      listening_.reset();
      return listens;
    }
    changes.some_were_missed = true;
    return changes;
  }
  PGconn* connection = listening_->get();
  const auto take = [&] {
    while (PGnotify* notice = PQnotifies(connection)) {
      // A server's own commits are known to it.
      ReadNotice(notice->extra, changes.changes);
      PQfreemem(notice);
    }
  };
  take();
  if (!changes.changes.empty()) return changes;
  pollfd socket = {.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
  poll(&socket, 1, static_cast<int>(absl::ToInt64Milliseconds(longest)));
  if (PQconsumeInput(connection) == 0) {
    listening_.reset();
    return Unavailable("the database {} does not answer", address_.Shown());
  }
  take();
  return changes;
}

StatusOr<std::string> PostgresLeases::DatabaseId() {
  return readers_.Query([](Connection& connection) {
    return connection.QueryText("SELECT database_id FROM qalam_schema");
  });
}

StatusOr<ServerPlace> PostgresLeases::HolderOf(const std::string& experiment_uid) {
  return readers_.Query([&](Connection& connection) -> StatusOr<ServerPlace> {
    auto row = connection.Prepare(
        "SELECT s.machine, s.private_address, s.public_address FROM experiments e "
        "JOIN leases l ON l.experiment_id=e.id JOIN servers s ON s.id=l.server_id "
        "WHERE e.uid=$1 AND s.expires>=clock_timestamp()");
    ASSIGN_OR_RETURN(const bool found, row.Bind(experiment_uid).Step());
    return found ? ReadPlace(row) : ServerPlace();
  });
}

StatusOr<std::vector<ServerPlace>> ReadServers(Connection& connection) {
  auto row = connection.Prepare(
      "SELECT machine, private_address, public_address FROM servers "
      "WHERE expires>=clock_timestamp() ORDER BY id");
  std::vector<ServerPlace> places;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return places;
    places.push_back(ReadPlace(row));
  }
}

#undef QALAM_FREE
#undef QALAM_ACTIVE

}  // namespace qalam::postgres
