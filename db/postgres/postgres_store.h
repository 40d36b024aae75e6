#pragma once

#include "base/clock.h"
#include "base/status.h"
#include "db/database.h"

namespace qalam {

struct PostgresOptions {
  // How long a call goes on trying while the server is away, restarts or is busy.
  Duration patience = absl::Seconds(30);
  // Connections that read; beside them one writes.
  int most_readers = 8;
};

// Opens the database, which must exist, and migrates it forward. Errors, from here and from every
// method, each with the database and what to do: FAILED_PRECONDITION for a newer schema, a schema
// with another program's tables or no such database, PERMISSION_DENIED for a user who may not or a
// read-only server, RESOURCE_EXHAUSTED when its disk is full, UNAVAILABLE when it is away for
// longer than `patience`. None of them ends the store: it goes on once the cause is gone. A commit
// whose answer was lost is looked up, and is neither lost nor applied twice.
StatusOr<Database> OpenPostgresDatabase(const DatabaseAddress& address,
                                        const PostgresOptions& options = {});

}  // namespace qalam
