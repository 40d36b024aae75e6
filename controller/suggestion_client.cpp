#include "controller/suggestion_client.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <set>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/trace_context.h"
#include "controller/experiment_trace.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {

namespace {

// A suggestion takes milliseconds; a service that takes longer than this is as good as away.
constexpr std::chrono::seconds kDeadline(60);

template <typename Message>
void PutParameters(const std::vector<Assignment>& parameters, Message* message) {
  for (const auto& parameter : parameters) {
    auto* assignment = message->add_parameters();
    assignment->set_name(parameter.name);
    assignment->set_value(parameter.value);
  }
}

void PutResult(const TrialRecord& trial, v1::TrialResult* result) {
  result->set_number(trial.number);
  result->set_state(ToProto(trial.state));
  PutParameters(trial.parameters, result);
  if (trial.objective_value) result->set_objective_value(*trial.objective_value);
  for (const double value : trial.additional_objective_values) {
    result->add_additional_objective_values(value);
  }
  for (const double violation : trial.violations) result->add_violations(violation);
  result->mutable_labels()->insert(trial.labels.begin(), trial.labels.end());
}

// The two calls that this client makes, wherever they are answered.
class Algorithms {
 public:
  virtual ~Algorithms() = default;
  virtual grpc::Status Suggest(const v1::SuggestRequest& request, v1::SuggestReply& reply) = 0;
  virtual void Forget(const v1::ForgetRequest& request) = 0;
};

class RemoteAlgorithms final : public Algorithms {
 public:
  explicit RemoteAlgorithms(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::SuggestionService::NewStub(channel)) {}
  grpc::Status Suggest(const v1::SuggestRequest& request, v1::SuggestReply& reply) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    if (const TraceContext* trace = TraceScope::Current()) {
      context.AddMetadata("traceparent", trace->ToHeader());
      if (!trace->state.empty()) context.AddMetadata("tracestate", trace->state);
    }
    return stub_->Suggest(&context, request, &reply);
  }
  void Forget(const v1::ForgetRequest& request) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    v1::ForgetReply reply;
    // A service that is away has nothing to forget, and one that keeps it drops it in time.
    stub_->Forget(&context, request, &reply);
  }

 private:
  const std::unique_ptr<v1::SuggestionService::Stub> stub_;
};

// A call through gRPC to one's own process would pass through six threads.
class LocalAlgorithms final : public Algorithms {
 public:
  grpc::Status Suggest(const v1::SuggestRequest& request, v1::SuggestReply& reply) override {
    return service_->Suggest(nullptr, &request, &reply);
  }
  void Forget(const v1::ForgetRequest& request) override {
    v1::ForgetReply reply;
    service_->Forget(nullptr, &request, &reply);
  }

 private:
  const std::unique_ptr<v1::SuggestionService::Service> service_ = MakeSuggestionService();
};

}  // namespace

class SuggestionClient::Impl {
 public:
  Impl(std::unique_ptr<Algorithms> algorithms, Store& store)
      : algorithms_(std::move(algorithms)), store_(store) {}

  void OnCall(Listener listener) { listener_ = std::move(listener); }

  StatusOr<Suggestions> Suggest(const ExperimentRecord& experiment,
                                const ExperimentDocument& document, int64_t first_trial_number,
                                int count, const TrialNews& news) {
    const TraceScope scope(TraceOfExperiment(experiment.uid, document)
                               .Child(fmt::format("suggest {}", first_trial_number)));
    const Time begin = absl::Now();
    auto suggestions = Ask(experiment, document, first_trial_number, count, news);
    if (listener_) {
      listener_(document.spec.algorithm.name, absl::Now() - begin, suggestions.status());
    }
    return suggestions;
  }

  void Forget(const std::string& uid) {
    DropHistory(uid);
    v1::ForgetRequest request;
    request.set_experiment_uid(uid);
    algorithms_->Forget(request);
  }

 private:
  StatusOr<Suggestions> Ask(const ExperimentRecord& experiment, const ExperimentDocument& document,
                            int64_t first_trial_number, int count, const TrialNews& news) {
    v1::SuggestRequest request;
    request.set_experiment_uid(experiment.uid);
    *request.mutable_experiment() = ToKatibProto(document);
    *request.mutable_additions() = ToAdditions(document.spec);
    request.set_seed(experiment.seed);
    request.set_first_trial_number(first_trial_number);
    request.set_count(count);
    auto reply = Call(experiment.uid, news, request);
    if (reply.status().code() == StatusCode::kFailedPrecondition) {
      // The service was restarted, or has made room for others.
      DropHistory(experiment.uid);
      reply = Call(experiment.uid, {}, request);
    }
    RETURN_IF_ERROR(reply.status());
    Suggestions suggestions;
    suggestions.exhausted = reply->exhausted();
    for (const auto& proposal : reply->proposals()) {
      SuggestedTrial trial;
      trial.number = proposal.trial_number();
      for (const auto& item : proposal.parameters()) {
        trial.parameters.push_back({item.name(), item.value()});
      }
      trial.labels.insert(proposal.labels().begin(), proposal.labels().end());
      suggestions.trials.push_back(std::move(trial));
    }
    return suggestions;
  }

  // What the service is known to know. Trials end out of order, so it is not one number: all below
  // `next` were sent, and the few above it that were.
  struct History {
    uint64_t token = 0;
    int64_t next = 0;
    std::set<int64_t> ahead;
  };

  StatusOr<v1::SuggestReply> Call(const std::string& uid, const TrialNews& news,
                                  v1::SuggestRequest& request) {
    History history = GetHistory(uid);
    request.set_history_token(history.token);
    request.clear_results();
    request.clear_pending();
    if (news.is_complete && history.token != 0) {
      for (const auto& trial : news.active) PutPending(trial.number, trial.parameters, request);
      for (const auto& trial : news.ended) Put(trial, history, request);
    } else {
      // One query gives what is pending and what is new: all from the first number not yet sent.
      ASSIGN_OR_RETURN(const auto trials, store_.ListTrials({.experiment_uid = uid,
                                                             .after_number = history.next - 1,
                                                             .with_metrics = false}));
      for (const auto& trial : trials) Put(trial, history, request);
    }
    v1::SuggestReply reply;
    RETURN_IF_ERROR(FromGrpc(algorithms_->Suggest(request, reply)));
    while (!history.ahead.empty() && *history.ahead.begin() == history.next) {
      history.ahead.erase(history.ahead.begin());
      ++history.next;
    }
    history.token = reply.history_token();
    absl::MutexLock lock(&mutex_);
    histories_[uid] = std::move(history);
    return reply;
  }

  static void PutPending(int64_t number, const std::vector<Assignment>& parameters,
                         v1::SuggestRequest& request) {
    auto* pending = request.add_pending();
    pending->set_number(number);
    PutParameters(parameters, pending);
  }
  // Pending or, when it is not known yet, a result.
  static void Put(const TrialRecord& trial, History& history, v1::SuggestRequest& request) {
    if (!IsTerminal(trial.state)) {
      PutPending(trial.number, trial.parameters, request);
    } else if (trial.number >= history.next && history.ahead.insert(trial.number).second) {
      PutResult(trial, request.add_results());
    }
  }

  History GetHistory(const std::string& uid) {
    absl::MutexLock lock(&mutex_);
    return histories_[uid];
  }
  void DropHistory(const std::string& uid) {
    absl::MutexLock lock(&mutex_);
    histories_.erase(uid);
  }

  const std::unique_ptr<Algorithms> algorithms_;
  Store& store_;
  Listener listener_;
  absl::Mutex mutex_;
  std::map<std::string, History> histories_ ABSL_GUARDED_BY(mutex_);
};

SuggestionClient::SuggestionClient(std::shared_ptr<grpc::Channel> channel, Store& store)
    : impl_(std::make_unique<Impl>(std::make_unique<RemoteAlgorithms>(channel), store)) {}
SuggestionClient::SuggestionClient(Store& store)
    : impl_(std::make_unique<Impl>(std::make_unique<LocalAlgorithms>(), store)) {}
SuggestionClient::~SuggestionClient() = default;

void SuggestionClient::OnCall(Listener listener) { impl_->OnCall(std::move(listener)); }

StatusOr<Suggestions> SuggestionClient::Suggest(const ExperimentRecord& experiment,
                                                const ExperimentDocument& document,
                                                int64_t first_trial_number, int count,
                                                const TrialNews& news) {
  return impl_->Suggest(experiment, document, first_trial_number, count, news);
}

void SuggestionClient::Forget(const std::string& experiment_uid) { impl_->Forget(experiment_uid); }

}  // namespace qalam
