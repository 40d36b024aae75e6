#pragma once

#include <cstdint>

#include "base/status.h"
#include "db/postgres/connection.h"
#include "db/store.h"

namespace qalam::postgres {

// Appends to the trial of that row, which has `sequence` points and is locked by the caller's
// transaction.
Status AppendPoints(Connection& connection, int64_t trial, int64_t sequence,
                    const std::vector<MetricPoint>& points);

}  // namespace qalam::postgres
