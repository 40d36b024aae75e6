#include "suggestion/samplers/bayesian_optimization.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "suggestion/acquisition/acquisition.h"
#include "suggestion/acquisition/maximize.h"
#include "suggestion/math/sobol_sequence.h"
#include "suggestion/surrogate/incremental_model.h"
#include "suggestion/surrogate/output_transform.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// What a finished trial says, in the order in which it is good: feasible before infeasible.
struct Ranked {
  double violation = 0;  // the sum of what is broken; infinite for an unknown
  double loss = 0;
  int64_t number = 0;
  Point point;
};

bool Better(const Ranked& a, const Ranked& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  if (a.loss != b.loss) return a.loss < b.loss;
  return a.number < b.number;
}

class BayesianOptimizationSampler final : public Sampler {
 public:
  explicit BayesianOptimizationSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        initial_points_(context.settings.Int("n_initial_points")),
        acquisition_(context.settings.String("acq_func")),
        features_(space_),
        objective_(features_, TransformLosses, context.parallel_trial_count - 1) {
    for (int i = 0; i < context.constraint_count; ++i) {
      constraints_.emplace_back(features_, TransformViolations, context.parallel_trial_count - 1);
    }
    options_.gradients = context.settings.String("acq_optimizer") != "sampling";
    const auto dimensions = std::min<size_t>(space_.size(), SobolSequence::MaxDimensions());
    RandomStream stream(seed_, 0, "bayesian.design");
    for (size_t i = 0; i < dimensions; ++i) scrambles_.push_back(stream());
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) Learn(result);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Point> pending;
    for (const auto& point : request.pending) pending.push_back(point.point);
    std::vector<Proposal> proposals;
    std::optional<Believers> believers;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "bayesian");
      Point point;
      if (IsDesign(pending.size())) {
        point = DesignPoint(number, stream);
      } else {
        if (!believers) believers.emplace(Believe(pending));
        point = ModelPoint(*believers, taken, stream);
        Extend(*believers, point);
      }
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      pending.push_back(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  // The processes with pending trials in them.
  struct Believers {
    GaussianProcess objective;
    std::vector<GaussianProcess> constraints;
    double best_target = 0;    // of the incumbent, which is feasible if any trial is
    bool has_feasible = true;  // otherwise only feasibility is sought
  };

  void Learn(const TrialResult& result);
  bool IsDesign(size_t pending) const {
    // Half of the design must be back before there is anything to model.
    return usable_ == 0 || objective_.size() < (initial_points_ + 1) / 2 ||
           objective_.size() + static_cast<int64_t>(pending) < initial_points_;
  }
  Point DesignPoint(int64_t number, RandomStream& stream) const;
  Believers Believe(const std::vector<Point>& pending) const;
  void Extend(Believers& believers, const Point& point) const;
  Point ModelPoint(const Believers& believers, const TakenPoints& taken,
                   RandomStream& stream) const;
  std::optional<Point> Maximize(AcquisitionKind kind, const Believers& believers,
                                const TakenPoints& taken, RandomStream& stream) const;
  std::optional<Point> Hedge(const Believers& believers, const TakenPoints& taken,
                             RandomStream& stream) const;

  const SearchSpace space_;
  const uint64_t seed_;
  const int64_t initial_points_;
  const std::string acquisition_;
  const PointFeatures features_;
  MaximizeOptions options_;
  std::vector<uint32_t> scrambles_;
  PointSet finished_;
  size_t usable_ = 0;
  IncrementalModel objective_;
  std::vector<IncrementalModel> constraints_;
  std::vector<Ranked> best_;  // a few, the best first
};

void BayesianOptimizationSampler::Learn(const TrialResult& result) {
  finished_.Add(result.point);
  if (!IsInformative(result)) return;
  // +inf is a loss, -inf is no better than not a number.
  double loss = Loss(result);
  if (!std::isfinite(loss)) loss = std::numeric_limits<double>::infinity();
  const Eigen::VectorXd encoded = features_.Encode(result.point);
  objective_.Add(result.number, encoded, loss);
  Ranked ranked{0, loss, result.number, result.point};
  for (size_t i = 0; i < constraints_.size(); ++i) {
    const double violation = i < result.violations.size()
                                 ? result.violations[i]
                                 : std::numeric_limits<double>::quiet_NaN();
    if (std::isnan(violation)) {
      ranked.violation = std::numeric_limits<double>::infinity();
    } else {
      constraints_[i].Add(result.number, encoded, violation);
      ranked.violation += std::max(violation, 0.0);
    }
  }
  if (!std::isfinite(loss)) return;
  ++usable_;
  constexpr size_t kIncumbents = 5;
  best_.insert(std::upper_bound(best_.begin(), best_.end(), ranked, Better), ranked);
  if (best_.size() > kIncumbents) best_.pop_back();
}

Point BayesianOptimizationSampler::DesignPoint(int64_t number, RandomStream& stream) const {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(space_.size()));
  const SobolSequence sequence(static_cast<int>(scrambles_.size()));
  for (size_t i = 0; i < space_.size(); ++i) {
    auto& coordinate = unit(static_cast<Eigen::Index>(i));
    if (number == 0) {
      // Whoever gives a range puts what is sensible near its middle.
      coordinate = 0.5;
    } else if (i < scrambles_.size()) {
      const uint32_t fraction =
          sequence.Coordinate(static_cast<uint64_t>(number), static_cast<int>(i));
      coordinate = (OwenScramble(fraction, scrambles_[i]) + 0.5) * 0x1.0p-32;
    } else {
      coordinate = stream.Uniform();
    }
  }
  return space_.FromUnit(unit);
}

BayesianOptimizationSampler::Believers BayesianOptimizationSampler::Believe(
    const std::vector<Point>& pending) const {
  const GaussianProcess& process = objective_.Posterior();
  Believers believers{process, {}, 0, true};
  if (constraints_.empty()) {
    // Of noisy targets the smallest is a lucky one; the smallest mean is what was really reached.
    believers.best_target = process.MeansAtTargets().minCoeff();
  } else {
    believers.has_feasible = best_.front().violation <= 0;
    believers.best_target = process.Predict(features_.Encode(best_.front().point)).mean;
  }
  for (const auto& constraint : constraints_) {
    if (constraint.size() > 0) believers.constraints.push_back(constraint.Posterior());
  }
  for (const auto& point : pending) Extend(believers, point);
  return believers;
}

void BayesianOptimizationSampler::Extend(Believers& believers, const Point& point) const {
  const Eigen::VectorXd encoded = features_.Encode(point);
  // What is believed of a pending trial is no incumbent where it may break a constraint.
  if (constraints_.empty()) {
    believers.best_target =
        std::min(believers.best_target, believers.objective.Predict(encoded).mean);
  }
  believers.objective.Append(encoded);
  for (auto& constraint : believers.constraints) constraint.Append(encoded);
}

std::optional<Point> BayesianOptimizationSampler::Maximize(AcquisitionKind kind,
                                                           const Believers& believers,
                                                           const TakenPoints& taken,
                                                           RandomStream& stream) const {
  std::vector<const GaussianProcess*> constraints;
  for (const auto& constraint : believers.constraints) constraints.push_back(&constraint);
  const Acquisition acquisition(kind, believers.has_feasible ? &believers.objective : nullptr,
                                believers.best_target, std::move(constraints));
  std::vector<Point> incumbents;
  for (const auto& ranked : best_) incumbents.push_back(ranked.point);
  return MaximizeAcquisition(
      space_, features_, acquisition, incumbents,
      [&](const Point& point) { return !taken.Contains(point); }, stream, options_);
}

std::optional<Point> BayesianOptimizationSampler::Hedge(const Believers& believers,
                                                        const TakenPoints& taken,
                                                        RandomStream& stream) const {
  std::vector<Point> points;
  std::vector<double> means;
  for (const auto kind :
       {AcquisitionKind::kExpectedImprovement, AcquisitionKind::kProbabilityOfImprovement,
        AcquisitionKind::kLowerConfidenceBound}) {
    auto point = Maximize(kind, believers, taken, stream);
    if (!point) continue;
    means.push_back(believers.objective.Predict(features_.Encode(*point)).mean);
    points.push_back(*std::move(point));
  }
  if (points.empty()) return std::nullopt;
  const double least = *std::min_element(means.begin(), means.end());
  double total = 0;
  for (double& mean : means) total += mean = std::exp(least - mean);
  double draw = stream.Uniform() * total;
  size_t chosen = 0;
  while (chosen + 1 < points.size() && draw >= means[chosen]) draw -= means[chosen++];
  return points[chosen];
}

Point BayesianOptimizationSampler::ModelPoint(const Believers& believers, const TakenPoints& taken,
                                              RandomStream& stream) const {
  const auto kind = acquisition_ == "PI"    ? AcquisitionKind::kProbabilityOfImprovement
                    : acquisition_ == "LCB" ? AcquisitionKind::kLowerConfidenceBound
                                            : AcquisitionKind::kExpectedImprovement;
  auto point = acquisition_ == "gp_hedge" ? Hedge(believers, taken, stream)
                                          : Maximize(kind, believers, taken, stream);
  // Everything near the good points is taken: anywhere else, then.
  return point ? *std::move(point) : DrawUniform(space_, stream);
}

}  // namespace

std::unique_ptr<Sampler> MakeBayesianOptimizationSampler(const SamplerContext& context) {
  return std::make_unique<BayesianOptimizationSampler>(context);
}

std::vector<SettingSchema> BayesianOptimizationSettings() {
  return {
      {.name = "base_estimator",
       .type = SettingType::kChoice,
       .default_value = "GP",
       .help = "The model: a Gaussian process.",
       .choices = {"GP"}},
      {.name = "n_initial_points",
       .type = SettingType::kInt,
       .default_value = "10",
       .help = "Trials of a Sobol design before the model is used.",
       .min = 1},
      {.name = "acq_func",
       .type = SettingType::kChoice,
       .default_value = "EI",
       .help =
           "What the next trial maximises: the (logarithm of the) expected improvement, a lower "
           "confidence bound, the probability of improvement, or a draw from the three.",
       .choices = {"gp_hedge", "EI", "LCB", "PI"}},
      {.name = "acq_optimizer",
       .type = SettingType::kChoice,
       .default_value = "auto",
       .help =
           "sampling: the best of many candidates; lbfgs and auto: climb on from the best ones.",
       .choices = {"auto", "sampling", "lbfgs"}},
      {.name = "random_state",
       .type = SettingType::kInt,
       .help = "Seed; overrides the experiment's.",
       .min = 0},
  };
}

}  // namespace qalam
