#pragma once

#include "base/status.h"
#include "db/sqlite/connection.h"

namespace qalam::sqlite {

// migrations/NNNN_*.sql in order, embedded by the build.
extern const char* const kMigrations[];
extern const int kMigrationCount;

// Turns the write-ahead log on and brings the schema to kMigrationCount in one transaction.
// FAILED_PRECONDITION, and nothing touched, for a newer schema or a database of another program.
Status Migrate(Connection& connection);

}  // namespace qalam::sqlite
