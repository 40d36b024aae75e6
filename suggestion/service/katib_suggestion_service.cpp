#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "base/random.h"
#include "suggestion/service/sampler_session.h"
#include "suggestion/service/session_cache.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {

namespace {

namespace katib = ::api::v1::beta1;

bool IsFinished(const katib::Trial& trial) {
  const auto condition = trial.status().condition();
  return condition != katib::TrialStatus::CREATED && condition != katib::TrialStatus::RUNNING &&
         condition != katib::TrialStatus::UNKNOWN;
}

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

std::vector<Assignment> Assignments(const katib::Trial& trial) {
  std::vector<Assignment> assignments;
  for (const auto& item : trial.spec().parameter_assignments().assignments()) {
    assignments.push_back({item.name(), item.value()});
  }
  return assignments;
}

// Katib writes "unavailable" where there is none.
std::optional<double> ObjectiveOf(const katib::Trial& trial, const std::string& metric) {
  for (const auto& entry : trial.status().observation().metrics()) {
    if (entry.name() != metric) continue;
    double value = 0;
    const std::string& text = entry.value();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
  }
  return std::nullopt;
}

struct Session {
  std::unique_ptr<SamplerSession> sampler;
  std::map<std::string, int64_t> numbers;    // trial name to number, in the order first seen
  std::map<std::string, uint64_t> finished;  // trial name to a hash of what was told of it
};

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
  static uint64_t Fingerprint(const katib::Trial& trial) {
    // Only what a sampler learns: times would make every trial look changed.
    std::string bytes = trial.spec().parameter_assignments().SerializeAsString();
    bytes += trial.status().observation().SerializeAsString();
    bytes += static_cast<char>(trial.status().condition());
    return StableHash(bytes);
  }

  static Status CheckNames(const katib::GetSuggestionsRequest& request) {
    std::set<std::string> names;
    for (const auto& trial : request.trials()) {
      if (trial.name().empty()) return InvalidArgument("a trial has no name");
      if (!names.insert(trial.name()).second) {
        return InvalidArgument("there are two trials named {}", trial.name());
      }
    }
    return absl::OkStatus();
  }

  // What was told cannot be unsaid: a history that shrank or changed needs a new sampler.
  static bool Contradicts(const katib::GetSuggestionsRequest& request, const Session& session) {
    size_t known = 0;
    for (const auto& trial : request.trials()) {
      const auto told = session.finished.find(trial.name());
      if (told == session.finished.end()) continue;
      ++known;
      if (!IsFinished(trial) || told->second != Fingerprint(trial)) return true;
    }
    return known != session.finished.size();
  }

  static Status Suggest(const katib::GetSuggestionsRequest& request, const std::string& content,
                        Session& session, katib::GetSuggestionsReply& reply) {
    RETURN_IF_ERROR(CheckNames(request));
    if (session.sampler == nullptr || Contradicts(request, session)) {
      ASSIGN_OR_RETURN(const auto spec, FromKatibProto(request.experiment().spec()));
      session = Session{};
      ASSIGN_OR_RETURN(
          session.sampler,
          SamplerSession::Create(spec, StableHash(request.experiment().name() + "\n" + content)));
    }
    const std::string& metric = request.experiment().spec().objective().objective_metric_name();
    std::vector<SamplerSession::Result> results;
    std::vector<SamplerSession::Pending> pending;
    std::vector<std::pair<std::string, uint64_t>> told;
    for (const auto& trial : request.trials()) {
      const auto next = static_cast<int64_t>(session.numbers.size());
      const int64_t number = session.numbers.emplace(trial.name(), next).first->second;
      if (!IsFinished(trial)) {
        pending.push_back({number, Assignments(trial)});
      } else if (!session.finished.contains(trial.name())) {
        SamplerSession::Result result;
        result.number = number;
        result.state = StateOf(trial.status().condition());
        result.parameters = Assignments(trial);
        result.objective = ObjectiveOf(trial, metric);
        result.labels.insert(trial.spec().labels().begin(), trial.spec().labels().end());
        results.push_back(std::move(result));
        told.emplace_back(trial.name(), Fingerprint(trial));
      }
    }
    RETURN_IF_ERROR(session.sampler->Tell(results));
    session.finished.insert(told.begin(), told.end());

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

  SessionCache<Session> sessions_{kMostSessions};
};

}  // namespace

std::unique_ptr<grpc::Service> MakeKatibSuggestionService() {
  return std::make_unique<KatibSuggestionService>();
}

}  // namespace qalam
