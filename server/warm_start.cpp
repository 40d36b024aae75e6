#include "server/warm_start.h"

#include <algorithm>

#include "controller/objective.h"
#include "suggestion/search_space.h"

namespace qalam {

namespace {

// What the document asks of a result: every objective, and every metric that a constraint is over.
Status CheckMetrics(const Objective& objective, const std::map<std::string, double>& metrics) {
  std::vector<std::string> needed = {objective.metric_name};
  for (const auto& additional : objective.additional_objectives) {
    needed.push_back(additional.metric_name);
  }
  for (const auto& name : needed) {
    if (!metrics.contains(name)) return NotFound("it did not give the metric {}", name);
  }
  return absl::OkStatus();
}

StatusOr<std::vector<GivenResult>> TrialsOf(Store& store, const ExperimentDocument& document,
                                            const SearchSpace& space, const std::string& name) {
  const std::string& name_space = document.metadata.name_space;
  ASSIGN_OR_RETURN(const auto records,
                   store.ListExperiments({.name_space = name_space, .name = name}));
  if (records.empty()) {
    return InvalidArgument("there is no experiment {} in the namespace {}", name, name_space);
  }
  ASSIGN_OR_RETURN(
      const auto trials,
      store.ListTrials({.experiment_uid = records.front().uid,
                        .states = {TrialState::kSucceeded, TrialState::kEarlyStopped}}));
  std::vector<GivenResult> taken;
  Status refusal = NotFound("no trial of it has succeeded");
  for (const auto& trial : trials) {
    const auto point = space.Parse(trial.parameters);
    auto metrics = MetricValues(document.spec.objective, trial.metrics);
    Status status = point.ok() ? CheckMetrics(document.spec.objective, metrics) : point.status();
    if (!status.ok()) {
      refusal = WithContext(status, "trial " + trial.name);
      continue;
    }
    taken.push_back({space.Format(*point), std::move(metrics)});
  }
  if (taken.empty()) {
    return InvalidArgument("no trial of the experiment {} can be taken over: {}", name,
                           Message(refusal));
  }
  return taken;
}

}  // namespace

Status TakeWarmStart(Store& store, ExperimentDocument& document) {
  WarmStart& warm_start = document.spec.warm_start;
  if (warm_start.experiments.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto space, SearchSpace::ForExperiment(document.spec));
  std::vector<GivenResult> taken;
  for (size_t i = 0; i < warm_start.experiments.size(); ++i) {
    auto trials = TrialsOf(store, document, space, warm_start.experiments[i]);
    if (!trials.ok()) {
      return WithContext(trials.status(), fmt::format("spec.warmStart.experiments[{}]", i));
    }
    std::move(trials->begin(), trials->end(), std::back_inserter(taken));
  }
  const Objective& objective = document.spec.objective;
  const double sign = objective.type == ObjectiveType::kMinimize ? 1 : -1;
  std::stable_sort(taken.begin(), taken.end(), [&](const GivenResult& a, const GivenResult& b) {
    return sign * a.metrics.at(objective.metric_name) < sign * b.metrics.at(objective.metric_name);
  });
  // Those that the document itself gives stay, whatever they are.
  const size_t room = kMostGivenTrials - std::min(kMostGivenTrials, warm_start.trials.size());
  taken.resize(std::min(taken.size(), room));
  std::move(taken.begin(), taken.end(), std::back_inserter(warm_start.trials));
  warm_start.experiments.clear();
  return absl::OkStatus();
}

}  // namespace qalam
