// What a call is about, for the check of rights and the audit log.
#pragma once

#include <string>
#include <vector>

#include "api/proto/access_v1.pb.h"
#include "api/proto/api_v1_beta1.pb.h"
#include "api/proto/qalam_v1.pb.h"

namespace qalam {

struct CallObject {
  std::string name_space, name;
  bool is_trial = false;
};

// One for each request of a service; those about nothing in a namespace name nothing.
using CallObjects = std::vector<CallObject>;
CallObjects ObjectsOf(const v1::ExperimentName& request);
CallObjects ObjectsOf(const v1::TrialName& request);
CallObjects ObjectsOf(const v1::CreateExperimentsRequest& request);
CallObjects ObjectsOf(const v1::ValidateDocumentRequest& request);
CallObjects ObjectsOf(const v1::GetExperimentRequest& request);
CallObjects ObjectsOf(const v1::ListExperimentsRequest& request);
CallObjects ObjectsOf(const v1::EditBudgetRequest& request);
CallObjects ObjectsOf(const v1::ListTrialsRequest& request);
CallObjects ObjectsOf(const v1::ListEventsRequest& request);
CallObjects ObjectsOf(const v1::ReportMetricsRequest& request);
CallObjects ObjectsOf(const v1::ReadMetricsRequest& request);
CallObjects ObjectsOf(const v1::ReadLogsRequest& request);
CallObjects ObjectsOf(const v1::AddTrialRequest& request);
CallObjects ObjectsOf(const v1::AskTrialsRequest& request);
CallObjects ObjectsOf(const v1::TellTrialRequest& request);
CallObjects ObjectsOf(const v1::TellTrialsRequest& request);
CallObjects ObjectsOf(const v1::RenewLeasesRequest& request);
CallObjects ObjectsOf(const v1::ListAlgorithmsRequest& request);
CallObjects ObjectsOf(const v1::GetServerInfoRequest& request);
CallObjects ObjectsOf(const v1::CreateTokenRequest& request);
CallObjects ObjectsOf(const v1::ListTokensRequest& request);
CallObjects ObjectsOf(const v1::RevokeTokenRequest& request);
CallObjects ObjectsOf(const v1::ListAuditRequest& request);
CallObjects ObjectsOf(const ::api::v1::beta1::ReportObservationLogRequest& request);
CallObjects ObjectsOf(const ::api::v1::beta1::GetObservationLogRequest& request);
CallObjects ObjectsOf(const ::api::v1::beta1::DeleteObservationLogRequest& request);

}  // namespace qalam
