// A trial's points, inside a snapshot.
#pragma once

#include "db/postgres/connection.h"
#include "db/store.h"

namespace qalam::postgres {

// As Store::ReadMetrics. Down-sampling holds what it picks, not the whole series.
StatusOr<MetricSeries> ReadMetrics(Connection& connection, const MetricQuery& query);

}  // namespace qalam::postgres
