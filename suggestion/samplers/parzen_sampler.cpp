#include "suggestion/samplers/parzen_sampler.h"

#include <cmath>
#include <limits>

#include "suggestion/math/scrambled_sobol.h"
#include "suggestion/samplers/parameter_groups.h"
#include "suggestion/samplers/tpe_history.h"
#include "suggestion/samplers/tpe_model.h"
#include "suggestion/samplers/tpe_pareto_order.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

class ParzenSampler final : public Sampler {
 public:
  ParzenSampler(const SamplerContext& context, bool correlated)
      : space_(context.space),
        options_(ReadTpeOptions(context)),
        several_(context.objective_count > 1),
        shape_{.correlated = correlated, .weigh_by_loss = !several_, .pull = several_ ? 0 : kPull},
        startup_(space_.size(), options_.seed, "tpe.startup"),
        history_(context, GroupParameters(space_)) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) history_.Add(result);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(history_.finished(), request);
    const bool starting =
        history_.usable() == 0 || history_.size() < static_cast<size_t>(options_.startup_trials);
    std::vector<TpeModel> models;
    if (!starting) models = MakeModels(request.pending);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(options_.seed, number, "tpe");
      Point point = starting ? space_.FromUnit(startup_.Point(static_cast<uint64_t>(number)))
                             : DrawModel(models, taken, stream);
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      for (auto& model : models) model.AddPending(history_.Encode(point));
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  // The good spread wider than their common optimum: kernels move this much of the way to their
  // mean. A Pareto set has no common optimum.
  static constexpr double kPull = 0.3;
  // Draws from the model before a taken point is given up for a uniform one.
  static constexpr int kModelDraws = 8;

  std::vector<TpeModel> MakeModels(const std::vector<PendingPoint>& pending) const {
    std::vector<TpeModel> models;
    for (size_t g = 0; g < history_.groups().size(); ++g) {
      std::vector<const Observation*> by_objectives;
      std::span<const Observation* const> ordered = history_.Ordered(g);
      size_t good = TpeHistory::GoodCount(options_, ordered.size());
      if (several_) ordered = by_objectives = OrderByObjectives(ordered, good);
      while (good > 0 && ordered[good - 1]->loss == std::numeric_limits<double>::infinity()) --good;
      models.emplace_back(space_, history_.groups()[g], ordered, good, shape_,
                          options_.prior_weight);
      for (const auto& point : pending) models.back().AddPending(history_.Encode(point.point));
    }
    return models;
  }

  Point DrawModel(const std::vector<TpeModel>& models, const TakenPoints& taken,
                  RandomStream& stream) const {
    Point point;
    for (int attempt = 0; attempt < kModelDraws; ++attempt) {
      point = DrawOnce(models, stream);
      if (!taken.Contains(point)) break;
    }
    return point;
  }

  Point DrawOnce(const std::vector<TpeModel>& models, RandomStream& stream) const {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    Eigen::VectorXd coordinates =
        Eigen::VectorXd::Constant(static_cast<Eigen::Index>(space_.size()), nan);
    Point point;
    point.values.assign(space_.size(), nan);
    for (size_t g = 0; g < models.size(); ++g) {
      const auto& group = history_.groups()[g];
      if (!space_.IsActive(group[0], point)) continue;
      models[g].Draw(options_.candidates, stream, coordinates);
      for (const size_t i : group) {
        const double x = coordinates(static_cast<Eigen::Index>(i));
        point.values[i] = space_[i].is_categorical() ? x : space_[i].FromUnit(x);
      }
    }
    return point;
  }

  const SearchSpace space_;
  const TpeOptions options_;
  const bool several_;  // objectives
  const ParzenShape shape_;
  const ScrambledSobol startup_;
  TpeHistory history_;
};

}  // namespace

std::unique_ptr<Sampler> MakeParzenSampler(const SamplerContext& context, bool correlated) {
  return std::make_unique<ParzenSampler>(context, correlated);
}

}  // namespace qalam
