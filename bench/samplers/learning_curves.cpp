#include "bench/samplers/learning_curves.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <optional>

#include "bench/samplers/cpu_clock.h"
#include "bench/samplers/optimizer.h"
#include "bench/samplers/parameters.h"

namespace qalam::bench {

StatusOr<LearningCurves> LearningCurves::Read(const std::string& file) {
  std::ifstream stream(file);
  const Json content = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object()) return InvalidArgument("{} holds no JSON object", file);
  ASSIGN_OR_RETURN(const auto parameters, ParseParameters(content.value("parameters", Json())));
  ASSIGN_OR_RETURN(auto space, SearchSpace::Create(parameters));
  LearningCurves curves(std::move(space));
  const Json& configurations = content.at("configurations");
  curves.units_.resize(static_cast<Eigen::Index>(curves.space_.size()),
                       static_cast<Eigen::Index>(configurations.size()));
  for (const auto& configuration : configurations) {
    ASSIGN_OR_RETURN(const Point point, ParsePoint(curves.space_, configuration.at("parameters")));
    curves.units_.col(static_cast<Eigen::Index>(curves.losses_.size())) =
        curves.space_.ToUnit(point);
    curves.losses_.push_back(configuration.at("losses").get<std::vector<double>>());
    if (curves.losses_.back().size() != curves.losses_.front().size()) {
      return InvalidArgument("{}: curves of different lengths", file);
    }
  }
  if (curves.losses_.empty() || curves.losses_.front().empty()) {
    return InvalidArgument("{} has no curves", file);
  }
  return curves;
}

const std::vector<double>& LearningCurves::Nearest(const Eigen::VectorXd& unit) const {
  Eigen::Index nearest;
  (units_.colwise() - unit).colwise().squaredNorm().minCoeff(&nearest);
  return losses_[nearest];
}

namespace {

struct RunningTrial {
  Proposal proposal;
  int64_t begin = 0;  // in steps
  int64_t end = 0;
  const std::vector<double>* losses = nullptr;
};

// Workers that train trials; all times in steps.
class Simulation {
 public:
  Simulation(const LearningCurves& curves, const SearchSpace& space, Sampler& sampler,
             std::optional<size_t> resource, int workers, int64_t deadline)
      : curves_(curves),
        space_(space),
        sampler_(sampler),
        resource_(resource),
        workers_(workers),
        deadline_(deadline) {}

  StatusOr<Json> Run() {
    while (now_ < deadline_) {
      RETURN_IF_ERROR(StartTrials());
      if (running_.empty()) break;  // the sampler has nothing more to try
      FinishNext();
    }
    return Json{{"trace", Trace()},
                {"trials", next_number_},
                {"regret", false},
                {"cpu_seconds", cpu_seconds_}};
  }

 private:
  // A sampler may propose nothing while it waits for results: its workers idle.
  Status StartTrials() {
    while (running_.size() < static_cast<size_t>(workers_)) {
      SampleRequest request{.count = 1, .first_trial_number = next_number_};
      for (const auto& trial : running_) {
        request.pending.push_back({trial.proposal.trial_number, trial.proposal.point});
      }
      const double start = ThreadSeconds();
      ASSIGN_OR_RETURN(auto proposals, sampler_.Suggest(request));
      cpu_seconds_ += ThreadSeconds() - start;
      if (proposals.empty()) break;
      Start(std::move(proposals.front()));
    }
    return absl::OkStatus();
  }

  void Start(Proposal proposal) {
    const Eigen::VectorXd unit = space_.ToUnit(proposal.point);
    int steps = curves_.steps();
    if (resource_) {
      steps = std::clamp(static_cast<int>(proposal.point.values[*resource_]), 1, steps);
    }
    // The resource is the last dimension of the space.
    const auto& losses =
        curves_.Nearest(unit.head(static_cast<Eigen::Index>(curves_.space().size())));
    for (int step = 1; step <= steps; ++step) {
      const auto [place, is_new] = best_at_.try_emplace(now_ + step, losses[step - 1]);
      if (!is_new) place->second = std::min(place->second, losses[step - 1]);
    }
    running_.push_back({std::move(proposal), now_, now_ + steps, &losses});
    ++next_number_;
  }

  // The trial that ends first; of several the one that began first, so that runs are reproducible.
  void FinishNext() {
    const auto first =
        std::min_element(running_.begin(), running_.end(), [](const auto& a, const auto& b) {
          return std::pair(a.end, a.proposal.trial_number) <
                 std::pair(b.end, b.proposal.trial_number);
        });
    now_ = first->end;
    TrialResult result{.number = first->proposal.trial_number,
                       .point = first->proposal.point,
                       .labels = first->proposal.labels};
    result.objectives = {(*first->losses)[first->end - first->begin - 1]};
    running_.erase(first);
    const double start = ThreadSeconds();
    sampler_.Tell({&result, 1});
    cpu_seconds_ += ThreadSeconds() - start;
  }

  Json Trace() const {
    Json trace = Json::array();
    double best = std::numeric_limits<double>::infinity();
    for (const auto& [time, loss] : best_at_) {
      if (loss >= best || time > deadline_) continue;
      best = loss;
      trace.push_back(Json::array({static_cast<double>(time) / curves_.steps(), best}));
    }
    return trace;
  }

  const LearningCurves& curves_;
  const SearchSpace& space_;
  Sampler& sampler_;
  const std::optional<size_t> resource_;
  const int workers_;
  const int64_t deadline_;
  int64_t now_ = 0;
  int64_t next_number_ = 0;
  std::vector<RunningTrial> running_;
  std::map<int64_t, double> best_at_;  // the least loss of the steps taken at a time
  double cpu_seconds_ = 0;
};

}  // namespace

StatusOr<Json> RunLearningCurves(const Json& job) {
  const Json& problem = job.at("problem");
  ASSIGN_OR_RETURN(const LearningCurves curves, LearningCurves::Read(problem.value("file", "")));
  std::vector<Parameter> parameters;
  for (const auto& dimension : curves.space().dimensions()) {
    parameters.push_back(dimension.parameter());
  }
  std::optional<size_t> resource;
  if (problem.contains("resource")) {
    resource = parameters.size();
    Parameter parameter{.name = problem["resource"].get<std::string>(),
                        .type = ParameterType::kInt};
    parameter.feasible_space = {.min = "1", .max = std::to_string(curves.steps())};
    parameters.push_back(parameter);
  }
  ASSIGN_OR_RETURN(const SearchSpace space, SearchSpace::Create(parameters));
  const int workers = problem.value("workers", 4);
  // How many trials the time suffices for depends on how long the sampler trains them.
  const RunRequest request{.seed = job.at("seed"), .budget = 0, .parallel_trials = workers};
  ASSIGN_OR_RETURN(const auto sampler, CreateOwnSampler(job.at("optimizer"), space, request));
  const int64_t deadline = job.at("budget").get<int64_t>() * curves.steps();
  return Simulation(curves, space, *sampler, resource, workers, deadline).Run();
}

}  // namespace qalam::bench
