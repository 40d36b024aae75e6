#include "server/identity/rights.h"

#include <algorithm>

namespace qalam {

namespace {

constexpr Role kViewer = Role::kViewer, kEditor = Role::kEditor, kAdmin = Role::kAdmin;

// ReportMetrics, AskTrials and their kin, thousands a second, are not audited: who has a trial is
// in its row, and what it reported is its metrics.
constexpr CallRight kRights[] = {
    {"/qalam.v1.ExperimentService/CreateExperiments", kEditor, Reach::kAnywhere, false, true},
    {"/qalam.v1.ExperimentService/ValidateDocument", kViewer, Reach::kAnywhere},
    {"/qalam.v1.ExperimentService/GetExperiment", kViewer, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/ListExperiments", kViewer, Reach::kAnywhere},
    {"/qalam.v1.ExperimentService/WatchExperiment", kViewer, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/EditBudget", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/StopExperiment", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/PauseExperiment", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/ResumeExperiment", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/DeleteExperiment", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/GetTrial", kViewer, Reach::kNamespace, true},
    {"/qalam.v1.ExperimentService/ListTrials", kViewer, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/ListEvents", kViewer, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/ReportMetrics", kEditor, Reach::kNamespace, true},
    {"/qalam.v1.ExperimentService/ReadMetrics", kViewer, Reach::kNamespace, true},
    {"/qalam.v1.ExperimentService/ReadLogs", kViewer, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/AddTrial", kEditor, Reach::kNamespace, false, true},
    {"/qalam.v1.ExperimentService/AskTrials", kEditor, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/TellTrial", kEditor, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/TellTrials", kEditor, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/RenewLeases", kEditor, Reach::kNamespace},
    {"/qalam.v1.ExperimentService/ListAlgorithms", kViewer, Reach::kAnywhere},
    {"/qalam.v1.ExperimentService/GetServerInfo", kViewer, Reach::kAnywhere, true},

    {"/qalam.v1.AccessService/CreateToken", kAdmin, Reach::kAnywhere, false, true},
    {"/qalam.v1.AccessService/ListTokens", kAdmin, Reach::kAnywhere},
    {"/qalam.v1.AccessService/RevokeToken", kAdmin, Reach::kAnywhere, false, true},
    {"/qalam.v1.AccessService/ListAudit", kAdmin, Reach::kAnywhere},

    // Katib's calls name trials without a namespace.
    {"/api.v1.beta1.DBManager/ReportObservationLog", kEditor, Reach::kEverywhere, true},
    {"/api.v1.beta1.DBManager/GetObservationLog", kViewer, Reach::kEverywhere, true},
    {"/api.v1.beta1.DBManager/DeleteObservationLog", kEditor, Reach::kEverywhere},
    {"/api.v1.beta1.EarlyStopping/GetEarlyStoppingRules", kEditor, Reach::kEverywhere},
    {"/api.v1.beta1.EarlyStopping/SetTrialStatus", kEditor, Reach::kEverywhere},
    {"/api.v1.beta1.EarlyStopping/ValidateEarlyStoppingSettings", kViewer, Reach::kAnywhere},
    {"/qalam.v1.SuggestionService/Suggest", kEditor, Reach::kAnywhere},
    {"/qalam.v1.SuggestionService/ValidateAlgorithm", kViewer, Reach::kAnywhere},
    {"/qalam.v1.SuggestionService/Forget", kEditor, Reach::kAnywhere},

    {"/grpc.health.v1.Health/Check", kViewer, Reach::kOpen},
    {"/grpc.health.v1.Health/Watch", kViewer, Reach::kOpen},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kViewer, Reach::kAnywhere},

    // HTTP, below /api/v1. What changes something calls the service above, which audits it.
    {"POST /session", kViewer, Reach::kOpen},
    {"DELETE /session", kViewer, Reach::kOpen},
    {"GET /info", kViewer, Reach::kAnywhere},
    {"GET /diagnostics", kAdmin, Reach::kEverywhere},
    {"GET /openapi.json", kViewer, Reach::kAnywhere},
    {"GET /algorithms", kViewer, Reach::kAnywhere},
    {"GET /examples", kViewer, Reach::kAnywhere},
    {"POST /validate", kViewer, Reach::kAnywhere},
    {"GET /audit", kAdmin, Reach::kAnywhere},
    {"GET /events", kViewer, Reach::kAnywhere},
    {"GET /experiments", kViewer, Reach::kAnywhere},
    {"POST /experiments", kEditor, Reach::kAnywhere},
    {"GET /experiments/{namespace}/{name}", kViewer, Reach::kNamespace},
    {"DELETE /experiments/{namespace}/{name}", kEditor, Reach::kNamespace},
    {"POST /experiments/{namespace}/{name}/stop", kEditor, Reach::kNamespace},
    {"POST /experiments/{namespace}/{name}/pause", kEditor, Reach::kNamespace},
    {"POST /experiments/{namespace}/{name}/resume", kEditor, Reach::kNamespace},
    {"PATCH /experiments/{namespace}/{name}/budget", kEditor, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/document", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/events", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/table", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/curves", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/importance", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/trials", kViewer, Reach::kNamespace},
    {"POST /experiments/{namespace}/{name}/trials", kEditor, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/trials.csv", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/trials.json", kViewer, Reach::kNamespace},
    {"GET /experiments/{namespace}/{name}/trials/{number}", kViewer, Reach::kNamespace},
    {"GET /trials/{namespace}/{trial}", kViewer, Reach::kNamespace, true},
    {"GET /trials/{namespace}/{trial}/metrics", kViewer, Reach::kNamespace, true},
    {"GET /trials/{namespace}/{trial}/logs", kViewer, Reach::kNamespace},
    {"GET /trials/{namespace}/{trial}/files", kViewer, Reach::kNamespace},
    {"GET /trials/{namespace}/{trial}/files/{path...}", kViewer, Reach::kNamespace},
    {"GET /trials/{namespace}/{trial}/architecture", kViewer, Reach::kNamespace},

    // Below no root. What the log tells is of all namespaces.
    {"GET /healthz", kViewer, Reach::kOpen},
    {"GET /readyz", kViewer, Reach::kOpen},
    {"GET /metrics", kViewer, Reach::kAnywhere},

    // MLflow names runs without a namespace, but for a trial that logs to an address of its own.
    {"POST /api/2.0/mlflow/experiments/create", kEditor, Reach::kEverywhere},
    {"GET /api/2.0/mlflow/experiments/get", kViewer, Reach::kEverywhere},
    {"GET /api/2.0/mlflow/experiments/get-by-name", kViewer, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/experiments/search", kViewer, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/create", kEditor, Reach::kEverywhere},
    {"GET /api/2.0/mlflow/runs/get", kViewer, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/update", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/search", kViewer, Reach::kEverywhere},
    {"GET /api/2.0/mlflow/metrics/get-history", kViewer, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/log-metric", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/log-parameter", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/set-tag", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/log-batch", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/log-model", kEditor, Reach::kEverywhere},
    {"POST /api/2.0/mlflow/runs/log-inputs", kEditor, Reach::kEverywhere},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/experiments/create", kEditor,
     Reach::kNamespace, true},
    {"GET /mlflow/{namespace}/{trial}/api/2.0/mlflow/experiments/get", kViewer, Reach::kNamespace,
     true},
    {"GET /mlflow/{namespace}/{trial}/api/2.0/mlflow/experiments/get-by-name", kViewer,
     Reach::kNamespace, true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/experiments/search", kViewer,
     Reach::kNamespace, true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/create", kEditor, Reach::kNamespace,
     true},
    {"GET /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/get", kViewer, Reach::kNamespace, true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/update", kEditor, Reach::kNamespace,
     true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/search", kViewer, Reach::kNamespace,
     true},
    {"GET /mlflow/{namespace}/{trial}/api/2.0/mlflow/metrics/get-history", kViewer,
     Reach::kNamespace, true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/log-metric", kEditor, Reach::kNamespace,
     true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/log-parameter", kEditor,
     Reach::kNamespace, true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/set-tag", kEditor, Reach::kNamespace,
     true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/log-batch", kEditor, Reach::kNamespace,
     true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/log-model", kEditor, Reach::kNamespace,
     true},
    {"POST /mlflow/{namespace}/{trial}/api/2.0/mlflow/runs/log-inputs", kEditor, Reach::kNamespace,
     true},
};

}  // namespace

std::span<const CallRight> CallRights() { return kRights; }

const CallRight* FindRight(std::string_view call) {
  const auto* found = std::find_if(std::begin(kRights), std::end(kRights),
                                   [&](const CallRight& right) { return right.call == call; });
  return found == std::end(kRights) ? nullptr : found;
}

}  // namespace qalam
