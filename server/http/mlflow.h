// The part of MLflow's tracking API that a program needs which logs a run: a trial's run is the
// trial. https://mlflow.org/docs/latest/rest-api.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/find.h"
#include "server/http/answer.h"
#include "server/http/api_context.h"
#include "server/http/api_request.h"

namespace qalam::http {

// What MLflow's client puts its own paths after.
inline constexpr char kMlflowRoot[] = "/api/2.0/mlflow";
// Before it, in the address that a trial is told: whatever experiment and run the program names, it
// is given its trial.
inline constexpr char kMlflowTrialRoot[] = "/mlflow/{namespace}/{trial}";

// A call, with what stands in its body or, of a GET, in its query.
struct MlflowCall {
  const ApiContext& context;
  const ApiRequest& request;
  Json body;

  // The trial that the address names; nothing where it names none.
  StatusOr<std::optional<FoundTrial>> OwnTrial() const;
  // The one that the address or the body names. NOT_FOUND.
  StatusOr<FoundTrial> Trial() const;
  // A member of the body, "" when it is not there. INVALID_ARGUMENT when it is no text.
  StatusOr<std::string> Text(const std::string& name) const;
};

using MlflowAnswer = StatusOr<Json> (*)(const MlflowCall& call);

struct MlflowEntry {
  const char* method;
  const char* path;  // below kMlflowRoot
  MlflowAnswer answer;
  std::vector<const char*> query;
};
// A row a call.
const std::vector<MlflowEntry>& MlflowEntries();

// Groups of the calls.
StatusOr<Json> CreateMlflowExperiment(const MlflowCall& call);
StatusOr<Json> GetMlflowExperiment(const MlflowCall& call);
StatusOr<Json> GetMlflowExperimentByName(const MlflowCall& call);
StatusOr<Json> SearchMlflowExperiments(const MlflowCall& call);
StatusOr<Json> CreateMlflowRun(const MlflowCall& call);
StatusOr<Json> GetMlflowRun(const MlflowCall& call);
StatusOr<Json> UpdateMlflowRun(const MlflowCall& call);
StatusOr<Json> SearchMlflowRuns(const MlflowCall& call);
StatusOr<Json> GetMlflowMetricHistory(const MlflowCall& call);
StatusOr<Json> LogMlflowMetric(const MlflowCall& call);
StatusOr<Json> LogMlflowParameter(const MlflowCall& call);
StatusOr<Json> SetMlflowTag(const MlflowCall& call);
StatusOr<Json> LogMlflowBatch(const MlflowCall& call);
// Models and data sets are not kept.
StatusOr<Json> PassOverMlflow(const MlflowCall& call);

}  // namespace qalam::http
