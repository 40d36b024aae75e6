#include "suggestion/given_trials.h"

#include <algorithm>

namespace qalam {

namespace {

using Part = AlgorithmCatalog::Part;

std::string FaultOf(const std::vector<Assignment>& assignments, const SearchSpace& space,
                    std::vector<Point>& seen) {
  auto point = space.Parse(assignments);
  if (!point.ok()) return Message(point.status());
  const auto kept = space.Format(*point);
  for (const auto& assignment : assignments) {
    const bool active = std::any_of(kept.begin(), kept.end(), [&](const Assignment& one) {
      return one.name == assignment.name;
    });
    if (!active) return fmt::format("parameter {} is not active at this point", assignment.name);
  }
  if (const Constraint* broken = space.FirstBroken(*point)) {
    return fmt::format("breaks the constraint \"{}\"", broken->text());
  }
  if (std::find(seen.begin(), seen.end(), *point) != seen.end()) {
    return "is a point that stands in the list already";
  }
  seen.push_back(*std::move(point));
  return "";
}

StatusOr<TrialResult> ResultOf(const ExperimentSpec& spec, const SearchSpace& space,
                               const GivenResult& given, int64_t number) {
  TrialResult result{.number = number};
  ASSIGN_OR_RETURN(result.point, space.Parse(given.parameters));
  const auto add = [&](const std::string& metric, ObjectiveType type) -> Status {
    const auto entry = given.metrics.find(metric);
    if (entry == given.metrics.end()) return NotFound("the metric {} is missing", metric);
    result.objectives.push_back(type == ObjectiveType::kMaximize ? -entry->second : entry->second);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add(spec.objective.metric_name, spec.objective.type));
  for (const auto& further : spec.objective.additional_objectives) {
    RETURN_IF_ERROR(add(further.metric_name, further.type));
  }
  ASSIGN_OR_RETURN(result.violations, OutcomeViolations(spec, given.metrics));
  return result;
}

}  // namespace

std::vector<AlgorithmCatalog::AlgorithmFault> CheckGivenTrials(const ExperimentSpec& spec,
                                                               const SearchSpace& space) {
  std::vector<AlgorithmCatalog::AlgorithmFault> faults;
  std::vector<Point> seen;
  for (size_t i = 0; i < spec.initial_trials.size(); ++i) {
    const std::string fault = FaultOf(spec.initial_trials[i], space, seen);
    if (!fault.empty()) faults.push_back({static_cast<int>(i), fault, Part::kInitialTrials});
  }
  if (spec.max_trial_count &&
      static_cast<int64_t>(spec.initial_trials.size()) > *spec.max_trial_count) {
    faults.push_back({-1, "holds more points than maxTrialCount allows", Part::kInitialTrials});
  }
  const auto& trials = spec.warm_start.trials;
  for (size_t i = 0; i < trials.size(); ++i) {
    const Status status = ResultOf(spec, space, trials[i], -1).status();
    if (!status.ok()) faults.push_back({static_cast<int>(i), Message(status), Part::kWarmStart});
  }
  return faults;
}

StatusOr<std::vector<Point>> InitialPoints(const ExperimentSpec& spec, const SearchSpace& space) {
  std::vector<Point> points;
  for (const auto& assignments : spec.initial_trials) {
    auto point = space.Parse(assignments);
    if (!point.ok()) {
      return InvalidArgument("initial trial {}: {}", points.size(), Message(point.status()));
    }
    points.push_back(*std::move(point));
  }
  return points;
}

StatusOr<std::vector<TrialResult>> WarmStartResults(const ExperimentSpec& spec,
                                                    const SearchSpace& space) {
  std::vector<TrialResult> results;
  for (const auto& given : spec.warm_start.trials) {
    auto result = ResultOf(spec, space, given, -1 - static_cast<int64_t>(results.size()));
    if (!result.ok()) {
      return InvalidArgument("warm start trial {}: {}", results.size(), Message(result.status()));
    }
    results.push_back(*std::move(result));
  }
  return results;
}

}  // namespace qalam
