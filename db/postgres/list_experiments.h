#pragma once

#include <vector>

#include "base/status.h"
#include "db/postgres/connection.h"
#include "db/store.h"

namespace qalam::postgres {

StatusOr<std::vector<ExperimentRecord>> ListExperiments(Connection& connection,
                                                        const ExperimentQuery& query);
StatusOr<int64_t> CountExperiments(Connection& connection, const ExperimentQuery& query);

}  // namespace qalam::postgres
