#include "suggestion/service/suggestion_service.h"

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/random.h"
#include "suggestion/service/sampler_session.h"
#include "suggestion/service/session_cache.h"

namespace qalam {

namespace {

std::vector<Assignment> Assignments(
    const google::protobuf::RepeatedPtrField<::api::v1::beta1::ParameterAssignment>& list) {
  std::vector<Assignment> assignments;
  for (const auto& item : list) assignments.push_back({item.name(), item.value()});
  return assignments;
}

struct Session {
  std::unique_ptr<SamplerSession> sampler;  // null until the first call
  uint64_t content = 0;                     // hash of the experiment and the seed it was made for
  uint64_t token = 0;           // how many results are known; the next call must name it
  uint64_t previous_token = 0;  // the token before the last call's results
  uint64_t last_results = 0;    // hash of those results
};

class SuggestionService final : public v1::SuggestionService::Service {
 public:
  grpc::Status Suggest(grpc::ServerContext* context, const v1::SuggestRequest* request,
                       v1::SuggestReply* reply) override {
    if (request->experiment_uid().empty()) {
      return ToGrpc(InvalidArgument("experiment_uid is missing"));
    }
    const auto entry = sessions_.Get(request->experiment_uid());
    absl::MutexLock lock(&entry->mutex);
    return ToGrpc(SuggestLocked(*request, entry->session, *reply));
  }

  grpc::Status ValidateAlgorithm(grpc::ServerContext* context,
                                 const v1::ValidateAlgorithmRequest* request,
                                 v1::ValidateAlgorithmReply* reply) override {
    const auto spec = SpecOf(*request);
    if (!spec.ok()) return ToGrpc(spec.status());
    return ToGrpc(SamplerSession::Create(*spec, 0).status());
  }

  grpc::Status Forget(grpc::ServerContext* context, const v1::ForgetRequest* request,
                      v1::ForgetReply* reply) override {
    sessions_.Drop(request->experiment_uid());
    return grpc::Status::OK;
  }

 private:
  template <typename Request>
  static StatusOr<ExperimentSpec> SpecOf(const Request& request) {
    ASSIGN_OR_RETURN(auto spec, FromKatibProto(request.experiment().spec()));
    RETURN_IF_ERROR(AddAdditions(request.additions(), spec));
    return spec;
  }

  static Status SuggestLocked(const v1::SuggestRequest& request, Session& session,
                              v1::SuggestReply& reply) {
    const uint64_t content = StableHash(request.experiment().spec().SerializeAsString() +
                                        request.additions().SerializeAsString()) ^
                             request.seed();
    RETURN_IF_ERROR(Prepare(request, content, session));
    RETURN_IF_ERROR(Learn(request, session));
    std::vector<SamplerSession::Pending> pending;
    for (const auto& trial : request.pending()) {
      pending.push_back({trial.number(), Assignments(trial.parameters())});
    }
    ASSIGN_OR_RETURN(
        const auto suggestions,
        session.sampler->Suggest(request.count(), request.first_trial_number(), pending));
    for (const auto& suggestion : suggestions) {
      auto* proposal = reply.add_proposals();
      proposal->set_trial_number(suggestion.number);
      for (const auto& parameter : suggestion.parameters) {
        auto* assignment = proposal->add_parameters();
        assignment->set_name(parameter.name);
        assignment->set_value(parameter.value);
      }
      proposal->mutable_labels()->insert(suggestion.labels.begin(), suggestion.labels.end());
    }
    reply.set_history_token(session.token);
    reply.set_exhausted(static_cast<int>(suggestions.size()) < request.count());
    return absl::OkStatus();
  }

  // A session for this experiment as it is now, at the token the caller names.
  static Status Prepare(const v1::SuggestRequest& request, uint64_t content, Session& session) {
    const bool whole_history = request.history_token() == 0;
    const bool known = session.sampler != nullptr && session.content == content;
    if (known && (request.history_token() == session.token ||
                  (request.history_token() == session.previous_token && !whole_history))) {
      return absl::OkStatus();
    }
    if (!whole_history) {
      return FailedPrecondition("this history token is not known here; send the whole history");
    }
    ASSIGN_OR_RETURN(const auto spec, SpecOf(request));
    ASSIGN_OR_RETURN(auto sampler, SamplerSession::Create(spec, request.seed()));
    session = Session{};
    session.sampler = std::move(sampler);
    session.content = content;
    return absl::OkStatus();
  }

  // Tells what is new. A repeat of the last call, whose answer was lost, tells nothing.
  static Status Learn(const v1::SuggestRequest& request, Session& session) {
    std::string bytes;
    std::vector<SamplerSession::Result> results;
    for (const auto& trial : request.results()) {
      bytes += trial.SerializeAsString();
      SamplerSession::Result result;
      result.number = trial.number();
      result.state = FromProto(trial.state());
      result.parameters = Assignments(trial.parameters());
      if (trial.has_objective_value()) result.objective = trial.objective_value();
      result.additional_objectives.assign(trial.additional_objective_values().begin(),
                                          trial.additional_objective_values().end());
      result.violations.assign(trial.violations().begin(), trial.violations().end());
      result.labels.insert(trial.labels().begin(), trial.labels().end());
      results.push_back(std::move(result));
    }
    const uint64_t hash = StableHash(bytes);
    if (request.history_token() != session.token) {
      if (hash == session.last_results) return absl::OkStatus();
      // The caller went another way after a lost answer; its results cannot be taken back.
      session.sampler.reset();
      session.token = session.previous_token = 0;
      return FailedPrecondition("this history token is not known here; send the whole history");
    }
    if (results.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(session.sampler->Tell(results));
    session.previous_token = session.token;
    session.last_results = hash;
    session.token += results.size();
    return absl::OkStatus();
  }

  SessionCache<Session> sessions_{kMostSessions};
};

}  // namespace

std::unique_ptr<v1::SuggestionService::Service> MakeSuggestionService() {
  return std::make_unique<SuggestionService>();
}

}  // namespace qalam
