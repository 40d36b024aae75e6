#pragma once

#include "base/status.h"
#include "db/postgres/connection.h"
#include "db/postgres/postgres_store.h"

namespace qalam::postgres {

// migrations/NNNN_*.sql in order, embedded by the build.
extern const char* const kMigrations[];
extern const int kMigrationCount;

// Brings the schema to kMigrationCount in one transaction, which other processes wait for.
// FAILED_PRECONDITION, and nothing touched, for a newer schema or another program's tables.
Status Migrate(Connection& connection);

// A connection to the database as it should be, which is waited for as long as the options say.
StatusOr<std::unique_ptr<Connection>> Connect(const DatabaseAddress& address,
                                              const PostgresOptions& options);

}  // namespace qalam::postgres
