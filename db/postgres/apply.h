#pragma once

#include "base/status.h"
#include "db/postgres/connection.h"
#include "db/postgres/held_leases.h"
#include "db/store.h"

namespace qalam::postgres {

// Applies the batch inside the caller's transaction. On an error part of it may have been applied:
// the caller rolls back. With `held`, FAILED_PRECONDITION where the batch changes an experiment,
// other than by making it, whose lease is not held under that fence in the database; the lease
// stays as it is until the transaction's end.
Status ApplyBatch(Connection& connection, const WriteBatch& batch, HeldLeases* held);

}  // namespace qalam::postgres
