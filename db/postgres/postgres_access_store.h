#pragma once

#include <memory>

#include "base/status.h"
#include "db/access_store.h"
#include "db/postgres/postgres_store.h"

namespace qalam {

// Over the database that OpenPostgresDatabase opens, with the same errors; either may come first.
StatusOr<std::unique_ptr<AccessStore>> OpenPostgresAccessStore(const DatabaseAddress& address,
                                                               const PostgresOptions& options = {});

}  // namespace qalam
