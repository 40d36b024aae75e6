#include "server/trial_environment.h"

#include "controller/operators/operator_choice.h"
#include "server/access.h"

namespace qalam {

namespace {

// "http://HOST:PORT": from other machines a trial reaches neither loopback nor a wildcard.
bool IsReachableFrom(const std::string& engine, const std::string& http_url) {
  if (engine == kDefaultOperator) return true;
  const std::string address = http_url.substr(http_url.find("//") + 2);
  return !IsLoopback(address) && !IsWildcard(address);
}

}  // namespace

std::map<std::string, std::string> TrialEnvironmentOf(const std::string& http_url,
                                                      const std::string& engine,
                                                      const TrialJob& job,
                                                      const std::string& trial_token) {
  if (http_url.empty() || !IsReachableFrom(engine, http_url)) return {};
  return {
      {"MLFLOW_TRACKING_URI", fmt::format("{}/mlflow/{}/{}", http_url, job.name_space, job.name)},
      {"MLFLOW_TRACKING_TOKEN", trial_token},
      {"MLFLOW_RUN_ID", job.uid},
      {"MLFLOW_EXPERIMENT_ID", job.uid.substr(0, job.uid.rfind('-'))}};
}

}  // namespace qalam
