#include "suggestion/service/sampler_session.h"

#include <limits>

#include "suggestion/given_trials.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

// Beyond this many, numbers that are added up would overflow sooner or later; JSON ends here, too.
constexpr int64_t kMostTrialNumber = int64_t{1} << 53;

Status CheckNumber(int64_t number) {
  if (number >= 0 && number <= kMostTrialNumber) return absl::OkStatus();
  return InvalidArgument("the number of a trial should be from 0 to 2^53, not {}", number);
}

}  // namespace

SamplerSession::SamplerSession(SearchSpace space, const ExperimentSpec& spec,
                               size_t constraint_count)
    : space_(std::move(space)), constraint_count_(constraint_count) {
  const auto sign = [](ObjectiveType type) {
    return type == ObjectiveType::kMaximize ? -1.0 : 1.0;
  };
  signs_.push_back(sign(spec.objective.type));
  for (const auto& further : spec.objective.additional_objectives) {
    signs_.push_back(sign(further.type));
  }
}

StatusOr<std::unique_ptr<SamplerSession>> SamplerSession::Create(const ExperimentSpec& spec,
                                                                 uint64_t seed) {
  if (FindAlgorithm(spec.algorithm.name) == nullptr) {
    return InvalidArgument("unknown algorithm name {}", spec.algorithm.name);
  }
  ASSIGN_OR_RETURN(auto space, SearchSpace::ForExperiment(spec));
  ASSIGN_OR_RETURN(const auto outcomes, ParseConstraints(spec, ConstraintKind::kOutcome));
  std::unique_ptr<SamplerSession> session(
      new SamplerSession(std::move(space), spec, outcomes.size()));
  ASSIGN_OR_RETURN(session->sampler_, CreateSampler(spec, session->space_, seed));
  ASSIGN_OR_RETURN(session->initial_points_, InitialPoints(spec, session->space_));
  ASSIGN_OR_RETURN(const auto known, WarmStartResults(spec, session->space_));
  if (!known.empty()) session->sampler_->Tell(known);
  return session;
}

Status SamplerSession::Tell(const std::vector<Result>& results) {
  std::vector<TrialResult> oriented;
  oriented.reserve(results.size());
  for (const auto& result : results) {
    RETURN_IF_ERROR(CheckNumber(result.number));
    auto point = space_.Parse(result.parameters);
    if (!point.ok()) {
      return InvalidArgument("trial {}: {}", result.number, Message(point.status()));
    }
    TrialResult told{.number = result.number,
                     .point = *std::move(point),
                     .state = result.state,
                     .labels = result.labels};
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    if (result.objective) {
      told.objectives = result.additional_objectives;
      told.objectives.insert(told.objectives.begin(), *result.objective);
      told.objectives.resize(signs_.size(), kUnknown);
      for (size_t i = 0; i < signs_.size(); ++i) told.objectives[i] *= signs_[i];
    }
    told.violations = result.violations;
    told.violations.resize(constraint_count_, kUnknown);
    oriented.push_back(std::move(told));
  }
  sampler_->Tell(oriented);
  return absl::OkStatus();
}

StatusOr<std::vector<SamplerSession::Suggestion>> SamplerSession::Suggest(
    int count, int64_t first_number, const std::vector<Pending>& pending) const {
  if (count < 0 || count > kMostSuggestions) {
    return InvalidArgument("the number of suggestions should be from 0 to {}, not {}",
                           kMostSuggestions, count);
  }
  RETURN_IF_ERROR(CheckNumber(first_number));
  SampleRequest request{.count = count, .first_trial_number = first_number};
  for (const auto& trial : pending) {
    RETURN_IF_ERROR(CheckNumber(trial.number));
    auto point = space_.Parse(trial.parameters);
    if (!point.ok()) {
      return InvalidArgument("pending trial {}: {}", trial.number, Message(point.status()));
    }
    request.pending.push_back({trial.number, *std::move(point)});
  }
  std::vector<Suggestion> suggestions;
  while (request.count > 0 &&
         static_cast<size_t>(request.first_trial_number) < initial_points_.size()) {
    const int64_t number = request.first_trial_number++;
    --request.count;
    const Point& point = initial_points_[static_cast<size_t>(number)];
    request.pending.push_back({number, point});
    suggestions.push_back({number, space_.Format(point), {}});
  }
  if (request.count == 0) return suggestions;
  ASSIGN_OR_RETURN(const auto proposals, sampler_->Suggest(request));
  for (const auto& proposal : proposals) {
    suggestions.push_back({proposal.trial_number, space_.Format(proposal.point), proposal.labels});
  }
  return suggestions;
}

}  // namespace qalam
