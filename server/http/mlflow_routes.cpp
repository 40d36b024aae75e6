#include "server/http/experiment_of.h"
#include "server/http/mlflow.h"
#include "server/http/route.h"
#include "server/http/schema.h"

namespace qalam::http {

namespace {

// As MLflow's client branches on them.
std::string MlflowCode(StatusCode code) {
  switch (code) {
    case StatusCode::kNotFound:
      return "RESOURCE_DOES_NOT_EXIST";
    case StatusCode::kAlreadyExists:
      return "RESOURCE_ALREADY_EXISTS";
    case StatusCode::kInvalidArgument:
      return "INVALID_PARAMETER_VALUE";
    case StatusCode::kFailedPrecondition:
      return "INVALID_STATE";
    case StatusCode::kResourceExhausted:
      return "REQUEST_LIMIT_EXCEEDED";
    case StatusCode::kUnimplemented:
      return "FEATURE_DISABLED";
    case StatusCode::kUnavailable:
      return "TEMPORARILY_UNAVAILABLE";
    default:
      return "INTERNAL_ERROR";
  }
}

Answer MlflowError(const Status& status) {
  return JsonAnswer({{"error_code", MlflowCode(status.code())}, {"message", Message(status)}},
                    HttpStatus(status.code()));
}

StatusOr<Json> BodyOf(const ApiRequest& request) {
  if (request.method != "GET") return request.Object();
  Json body = Json::object();
  for (const auto& [name, value] : request.query) body[name] = value;
  return body;
}

// Which row a request is for: the path's end, after whichever root.
const MlflowEntry* EntryOf(const ApiRequest& request) {
  for (const auto& entry : MlflowEntries()) {
    if (entry.method == request.method &&
        request.route->path.ends_with(std::string(kMlflowRoot) + entry.path)) {
      return &entry;
    }
  }
  return nullptr;
}

StatusOr<Answer> AnswerMlflow(const ApiContext& context, const ApiRequest& request) {
  auto body = BodyOf(request);
  if (!body.ok()) return MlflowError(body.status());
  const auto answer = EntryOf(request)->answer({context, request, *std::move(body)});
  return answer.ok() ? JsonAnswer(*answer) : MlflowError(answer.status());
}

}  // namespace

StatusOr<std::optional<FoundTrial>> MlflowCall::OwnTrial() const {
  if (!request.parts.contains("trial")) return std::nullopt;
  ASSIGN_OR_RETURN(auto found, TrialOf(context, request));
  return std::optional<FoundTrial>(std::move(found));
}

StatusOr<FoundTrial> MlflowCall::Trial() const {
  ASSIGN_OR_RETURN(auto own, OwnTrial());
  ASSIGN_OR_RETURN(std::string run_id, Text("run_id"));
  // Its older name, which older clients send beside it or alone.
  if (run_id.empty()) {
    ASSIGN_OR_RETURN(run_id, Text("run_uuid"));
  }
  if (own) {
    if (run_id.empty() || run_id == own->trial.uid) return *std::move(own);
    return NotFound("this address is that of the run {}; it has no run {}", own->trial.uid,
                    run_id.substr(0, 100));
  }
  if (run_id.empty()) return InvalidArgument("run_id is missing");
  ASSIGN_OR_RETURN(const auto trials, context.store.ListTrials({.uid = run_id, .limit = 1}));
  if (trials.empty()) return NotFound("there is no run {}", run_id.substr(0, 100));
  ASSIGN_OR_RETURN(const auto experiments,
                   context.store.ListExperiments({.uid = trials[0].experiment_uid}));
  if (experiments.empty()) return NotFound("there is no run {}", run_id.substr(0, 100));
  return FoundTrial{trials[0], experiments[0]};
}

StatusOr<std::string> MlflowCall::Text(const std::string& name) const {
  const auto member = body.find(name);
  if (member == body.end() || member->is_null()) return std::string();
  if (!member->is_string()) return InvalidArgument("{} should be a text", name);
  return member->get<std::string>();
}

const std::vector<MlflowEntry>& MlflowEntries() {
  static const auto* entries = new std::vector<MlflowEntry>{
      {"POST", "/experiments/create", CreateMlflowExperiment, {}},
      {"GET", "/experiments/get", GetMlflowExperiment, {"experiment_id"}},
      {"GET", "/experiments/get-by-name", GetMlflowExperimentByName, {"experiment_name"}},
      {"POST", "/experiments/search", SearchMlflowExperiments, {}},
      {"POST", "/runs/create", CreateMlflowRun, {}},
      {"GET", "/runs/get", GetMlflowRun, {"run_id", "run_uuid"}},
      {"POST", "/runs/update", UpdateMlflowRun, {}},
      {"POST", "/runs/search", SearchMlflowRuns, {}},
      {"GET",
       "/metrics/get-history",
       GetMlflowMetricHistory,
       {"run_id", "run_uuid", "metric_key", "max_results", "page_token"}},
      {"POST", "/runs/log-metric", LogMlflowMetric, {}},
      {"POST", "/runs/log-parameter", LogMlflowParameter, {}},
      {"POST", "/runs/set-tag", SetMlflowTag, {}},
      {"POST", "/runs/log-batch", LogMlflowBatch, {}},
      {"POST", "/runs/log-model", PassOverMlflow, {}},
      {"POST", "/runs/log-inputs", PassOverMlflow, {}},
  };
  return *entries;
}

void AddMlflowRoutes(std::vector<Route>& routes) {
  for (const char* root : {"", kMlflowTrialRoot}) {
    for (const auto& entry : MlflowEntries()) {
      Route route{.method = entry.method,
                  .path = std::string(root) + kMlflowRoot + entry.path,
                  .summary = "Of MLflow's tracking API",
                  .handler = AnswerMlflow};
      for (const char* name : entry.query) route.query.push_back({name, TextSchema(), ""});
      routes.push_back(std::move(route));
    }
  }
}

}  // namespace qalam::http
