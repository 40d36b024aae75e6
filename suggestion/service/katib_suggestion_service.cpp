#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "base/random.h"
#include "suggestion/service/katib_history.h"
#include "suggestion/service/sampler_session.h"
#include "suggestion/service/session_cache.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {

namespace {

namespace katib = ::api::v1::beta1;

TrialState StateOf(katib::TrialStatus::TrialConditionType condition) {
  switch (condition) {
    case katib::TrialStatus::SUCCEEDED:
      return TrialState::kSucceeded;
    case katib::TrialStatus::KILLED:
      return TrialState::kKilled;
    case katib::TrialStatus::METRICSUNAVAILABLE:
      return TrialState::kMetricsUnavailable;
    case katib::TrialStatus::EARLYSTOPPED:
      return TrialState::kEarlyStopped;
    default:
      return TrialState::kFailed;
  }
}

std::vector<Assignment> KatibAssignments(const katib::Trial& trial) {
  std::vector<Assignment> assignments;
  for (const auto& item : trial.spec().parameter_assignments().assignments()) {
    assignments.push_back({item.name(), item.value()});
  }
  return assignments;
}

std::optional<double> ObjectiveOf(const katib::Trial& trial, const std::string& metric) {
  for (const auto& entry : trial.status().observation().metrics()) {
    if (entry.name() != metric) continue;
    if (const auto value = NumberOf(entry)) return value;
  }
  return std::nullopt;
}

struct KatibSession {
  std::unique_ptr<SamplerSession> sampler;
  KatibHistory history;
};

SamplerSession::Result ResultOf(const katib::Trial& trial, int64_t number,
                                const std::string& metric) {
  SamplerSession::Result result;
  result.number = number;
  result.state = StateOf(trial.status().condition());
  result.parameters = KatibAssignments(trial);
  result.objective = ObjectiveOf(trial, metric);
  result.labels.insert(trial.spec().labels().begin(), trial.spec().labels().end());
  return result;
}

class KatibSuggestionService final : public katib::Suggestion::Service {
 public:
  grpc::Status GetSuggestions(grpc::ServerContext* context,
                              const katib::GetSuggestionsRequest* request,
                              katib::GetSuggestionsReply* reply) override {
    if (request->experiment().name().empty()) {
      return ToGrpc(InvalidArgument("experiment.name is missing"));
    }
    // Katib gives no uid: an experiment deleted and made anew under its name differs in content.
    const std::string content = request->experiment().spec().SerializeAsString();
    const auto entry = sessions_.Get(request->experiment().name() + "\n" + content);
    absl::MutexLock lock(&entry->mutex);
    return ToGrpc(Suggest(*request, content, entry->session, *reply));
  }

  grpc::Status ValidateAlgorithmSettings(grpc::ServerContext* context,
                                         const katib::ValidateAlgorithmSettingsRequest* request,
                                         katib::ValidateAlgorithmSettingsReply* reply) override {
    const auto spec = FromKatibProto(request->experiment().spec());
    if (!spec.ok()) return ToGrpc(spec.status());
    return ToGrpc(SamplerSession::Create(*spec, 0).status());
  }

 private:
  static Status Begin(const katib::GetSuggestionsRequest& request, const std::string& content,
                      KatibSession& session) {
    ASSIGN_OR_RETURN(const auto spec, FromKatibProto(request.experiment().spec()));
    session = KatibSession{};
    ASSIGN_OR_RETURN(
        session.sampler,
        SamplerSession::Create(spec, StableHash(request.experiment().name() + "\n" + content)));
    return absl::OkStatus();
  }

  static Status Suggest(const katib::GetSuggestionsRequest& request, const std::string& content,
                        KatibSession& session, katib::GetSuggestionsReply& reply) {
    ASSIGN_OR_RETURN(auto difference, session.history.Compare(request));
    if (session.sampler == nullptr || difference.contradicts) {
      RETURN_IF_ERROR(Begin(request, content, session));
      ASSIGN_OR_RETURN(difference, session.history.Compare(request));
    }
    const std::string& metric = request.experiment().spec().objective().objective_metric_name();
    std::vector<SamplerSession::Result> results;
    for (const int i : difference.untold) {
      results.push_back(ResultOf(request.trials(i), difference.numbers[i], metric));
    }
    RETURN_IF_ERROR(session.sampler->Tell(results));
    session.history.Told(difference);
    std::vector<SamplerSession::Pending> pending;
    for (int i = 0; i < request.trials_size(); ++i) {
      const katib::Trial& trial = request.trials(i);
      if (!IsFinished(trial)) pending.push_back({difference.numbers[i], KatibAssignments(trial)});
    }

    const int count = request.current_request_number();
    // Repeated after a crash, the call names the same total and gets the same proposals.
    const int64_t first = request.total_request_number() >= count
                              ? request.total_request_number() - count
                              : static_cast<int64_t>(request.trials_size());
    ASSIGN_OR_RETURN(const auto suggestions, session.sampler->Suggest(count, first, pending));
    for (const auto& suggestion : suggestions) {
      auto* assignments = reply.add_parameter_assignments();
      for (const auto& parameter : suggestion.parameters) {
        auto* assignment = assignments->add_assignments();
        assignment->set_name(parameter.name);
        assignment->set_value(parameter.value);
      }
      assignments->mutable_labels()->insert(suggestion.labels.begin(), suggestion.labels.end());
    }
    return absl::OkStatus();
  }

  SessionCache<KatibSession> sessions_{kMostSessions};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeKatibSuggestionService() {
  return std::make_unique<KatibSuggestionService>();
}

}  // namespace qalam
