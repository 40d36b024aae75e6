#pragma once

#include <map>
#include <string>

#include "controller/operators/operator.h"

namespace qalam {

// What a trial is told of the server: for MLflow's client, where to log and which run it is.
// Nothing where there is no HTTP server that the trial could reach.
std::map<std::string, std::string> TrialEnvironmentOf(const std::string& http_url,
                                                      const std::string& engine,
                                                      const TrialJob& job,
                                                      const std::string& trial_token);

}  // namespace qalam
