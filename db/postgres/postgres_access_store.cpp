#include "db/postgres/postgres_access_store.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <optional>

#include "base/random_key.h"
#include "db/access_rows.h"
#include "db/postgres/conditions.h"
#include "db/postgres/migrate.h"
#include "db/postgres/reader_pool.h"
#include "db/postgres/transaction_runner.h"

namespace qalam {

namespace postgres {
namespace {

// Seldom written, so that one connection after the other will do.
class PostgresAccessStore final : public AccessStore {
 public:
  PostgresAccessStore(const DatabaseAddress& address, const PostgresOptions& options,
                      std::unique_ptr<Connection> connection)
      : shown_(address.Shown()),
        readers_(address, options),
        runner_(address, options, std::move(connection)) {}

  Status CreateToken(const TokenRecord& token) override;
  StatusOr<std::optional<TokenRecord>> FindToken(const std::string& id) override;
  StatusOr<std::vector<TokenRecord>> ListTokens(const std::string& after_id, int limit) override;
  Status RevokeToken(const std::string& id, Time when) override;
  Status NoteTokenUse(const std::string& id, Time when) override;
  StatusOr<std::string> ServerKey() override;
  Status AppendAudit(const AuditRecord& record, const AuditBounds& bounds) override;
  StatusOr<std::vector<AuditRecord>> ListAudit(const AuditQuery& query) override;

 private:
  Status Transact(const std::function<Status(Connection&)>& change) {
    absl::MutexLock lock(&writing_);
    return runner_.Run(change);
  }

  const std::string shown_;
  ReaderPool readers_;
  absl::Mutex writing_;
  TransactionRunner runner_ ABSL_GUARDED_BY(writing_);
};

Status PostgresAccessStore::CreateToken(const TokenRecord& token) {
  return Transact([&](Connection& connection) -> Status {
    auto insert = connection.Prepare("INSERT INTO tokens (" QALAM_TOKEN_COLUMNS
                                     ") VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO "
                                     "NOTHING");
    BindToken(insert, token, JoinWords(token.namespaces));
    RETURN_IF_ERROR(insert.Run());
    return insert.Changes() == 1 ? absl::OkStatus()
                                 : AlreadyExists("there is a token {} already", token.id);
  });
}

StatusOr<std::optional<TokenRecord>> PostgresAccessStore::FindToken(const std::string& id) {
  return readers_.Query([&](Connection& connection) -> StatusOr<std::optional<TokenRecord>> {
    auto row = connection.Prepare("SELECT " QALAM_TOKEN_COLUMNS " FROM tokens WHERE id=$1");
    ASSIGN_OR_RETURN(const bool found, row.Bind(id).Step());
    if (!found) return std::nullopt;
    ASSIGN_OR_RETURN(auto token, ReadToken(row, shown_));
    return std::optional<TokenRecord>(std::move(token));
  });
}

StatusOr<std::vector<TokenRecord>> PostgresAccessStore::ListTokens(const std::string& after_id,
                                                                   int limit) {
  return readers_.Query([&](Connection& connection) -> StatusOr<std::vector<TokenRecord>> {
    auto row = connection.Prepare("SELECT " QALAM_TOKEN_COLUMNS
                                  " FROM tokens WHERE number > "
                                  "coalesce((SELECT number FROM tokens WHERE id=$1), 0) "
                                  "ORDER BY number LIMIT nullif($2, 0)");
    row.Bind(after_id).Bind(std::max(limit, 0));
    std::vector<TokenRecord> tokens;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) return tokens;
      ASSIGN_OR_RETURN(tokens.emplace_back(), ReadToken(row, shown_));
    }
  });
}

Status PostgresAccessStore::RevokeToken(const std::string& id, Time when) {
  return Transact([&](Connection& connection) -> Status {
    auto update = connection.Prepare("UPDATE tokens SET revoked=coalesce(revoked, $1) WHERE id=$2");
    RETURN_IF_ERROR(update.Bind(when).Bind(id).Run());
    return update.Changes() > 0 ? absl::OkStatus() : NotFound("there is no token {}", id);
  });
}

Status PostgresAccessStore::NoteTokenUse(const std::string& id, Time when) {
  return Transact([&](Connection& connection) -> Status {
    return connection
        .Prepare(
            "UPDATE tokens SET last_used=$1 WHERE id=$2 AND (last_used IS NULL OR last_used < $1)")
        .Bind(when)
        .Bind(id)
        .Run();
  });
}

StatusOr<std::string> PostgresAccessStore::ServerKey() {
  const std::string proposed = NewKey();
  std::string key;
  RETURN_IF_ERROR(Transact([&](Connection& connection) -> Status {
    RETURN_IF_ERROR(
        connection.Prepare("INSERT INTO server_key VALUES (1, $1) ON CONFLICT DO NOTHING")
            .Bind(proposed)
            .Run());
    auto row = connection.Prepare("SELECT key FROM server_key");
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return Internal("{}: the key of the server is gone", shown_);
    key = row.Text();
    return absl::OkStatus();
  }));
  return key;
}

Status PostgresAccessStore::AppendAudit(const AuditRecord& record, const AuditBounds& bounds) {
  return Transact([&](Connection& connection) -> Status {
    // One after the other, so that readers who page see sequences only grow.
    RETURN_IF_ERROR(connection.Execute("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"));
    auto insert = connection.Prepare("INSERT INTO audit (" QALAM_AUDIT_COLUMNS
                                     ") VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING sequence");
    BindAudit(insert, record);
    ASSIGN_OR_RETURN(const bool added, insert.Step());
    if (!added) return Internal("{}: a record of the audit log has no row", shown_);
    RETURN_IF_ERROR(connection.Prepare("DELETE FROM audit WHERE sequence <= $1")
                        .Bind(insert.Int() - bounds.most_records)
                        .Run());
    return connection.Prepare("DELETE FROM audit WHERE time < $1")
        .Bind(record.time - bounds.longest_age)
        .Run();
  });
}

StatusOr<std::vector<AuditRecord>> PostgresAccessStore::ListAudit(const AuditQuery& query) {
  Conditions conditions;
  if (query.before_sequence > 0) conditions.Add("sequence<#", query.before_sequence);
  if (query.name_space) conditions.Add("name_space=#", *query.name_space);
  std::string sql = "SELECT sequence, " QALAM_AUDIT_COLUMNS " FROM audit" + conditions.text() +
                    " ORDER BY sequence DESC";
  if (query.limit > 0) sql += " LIMIT " + conditions.Parameter(query.limit);
  return readers_.Query([&](Connection& connection) -> StatusOr<std::vector<AuditRecord>> {
    auto row = connection.Prepare(sql);
    conditions.Bind(row);
    std::vector<AuditRecord> records;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) return records;
      records.push_back(ReadAudit(row));
    }
  });
}

}  // namespace
}  // namespace postgres

StatusOr<std::unique_ptr<AccessStore>> OpenPostgresAccessStore(const DatabaseAddress& address,
                                                               const PostgresOptions& options) {
  ASSIGN_OR_RETURN(auto connection, postgres::Connect(address, options));
  return std::unique_ptr<AccessStore>(
      new postgres::PostgresAccessStore(address, options, std::move(connection)));
}

}  // namespace qalam
