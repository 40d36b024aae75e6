#pragma once

#include "base/status.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace qalam::sqlite {

// Applies the batch inside the caller's transaction. On an error part of it may have been applied:
// the caller rolls back to its savepoint.
Status ApplyBatch(Connection& connection, const WriteBatch& batch);

}  // namespace qalam::sqlite
