// Questions about trials, inside a snapshot. As the methods of Store of these names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/postgres/connection.h"
#include "db/store.h"

namespace qalam::postgres {

StatusOr<std::vector<TrialRecord>> ListTrials(Connection& connection, const TrialQuery& query);
StatusOr<TrialCounts> CountTrials(Connection& connection, const std::string& experiment_uid);
StatusOr<std::optional<TrialRecord>> BestTrial(Connection& connection,
                                               const std::string& experiment_uid,
                                               ObjectiveType type);
StatusOr<std::vector<Incumbent>> ListIncumbents(Connection& connection,
                                                const std::string& experiment_uid,
                                                ObjectiveType type);

}  // namespace qalam::postgres
