#include "suggestion/samplers/tpe.h"

#include <cmath>
#include <limits>

#include "suggestion/samplers/tpe_history.h"
#include "suggestion/surrogate/parzen_estimator.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// Coordinates of one parameter where it is active.
std::vector<double> Coordinates(std::span<const Observation* const> observations,
                                size_t dimension) {
  std::vector<double> values;
  for (const Observation* observation : observations) {
    const double x = observation->unit(static_cast<Eigen::Index>(dimension));
    if (!std::isnan(x)) values.push_back(x);
  }
  return values;
}

std::vector<double> Coordinates(const std::vector<Eigen::VectorXd>& units, size_t dimension) {
  std::vector<double> values;
  for (const auto& unit : units) {
    const double x = unit(static_cast<Eigen::Index>(dimension));
    if (!std::isnan(x)) values.push_back(x);
  }
  return values;
}

class TpeSampler final : public Sampler {
 public:
  explicit TpeSampler(const SamplerContext& context)
      : space_(context.space), options_(ReadTpeOptions(context)), history_(space_) {
    for (const auto& dimension : space_.dimensions()) {
      densities_.emplace_back();
      counts_.emplace_back(dimension.is_categorical() ? dimension.cardinality() : 0, 0);
    }
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      const Observation* observation = history_.Add(result);
      if (observation == nullptr) continue;
      for (size_t i = 0; i < space_.size(); ++i) {
        const double x = observation->unit(static_cast<Eigen::Index>(i));
        if (std::isnan(x)) continue;
        if (space_[i].is_categorical()) {
          ++counts_[i][Category(i, x)];
        } else {
          densities_[i].Add(x, 1);
        }
      }
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(history_.finished(), request);
    std::vector<Eigen::VectorXd> pending;
    for (const auto& point : request.pending) pending.push_back(history_.Encode(point.point));
    const bool random = history_.usable() == 0 ||
                        history_.by_loss().size() < static_cast<size_t>(options_.startup_trials);
    const auto good =
        std::span(history_.by_loss()).first(random ? 0 : history_.GoodCount(options_));
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(options_.seed, number, "tpe");
      Point point = random ? DrawUniform(space_, stream) : DrawModel(good, pending, stream);
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      pending.push_back(history_.Encode(point));
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  int Category(size_t dimension, double unit) const {
    return static_cast<int>(space_[dimension].IndexOf(space_[dimension].FromUnit(unit)));
  }

  Point DrawModel(std::span<const Observation* const> good,
                  const std::vector<Eigen::VectorXd>& pending, RandomStream& stream) const {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space_.size()));
    for (size_t i = 0; i < space_.size(); ++i) {
      const auto good_values = Coordinates(good, i);
      const auto pending_values = Coordinates(pending, i);
      unit(static_cast<Eigen::Index>(i)) =
          space_[i].is_categorical() ? DrawCategory(i, good_values, pending_values, stream)
                                     : DrawNumber(i, good_values, pending_values, stream);
    }
    return space_.FromUnit(unit);
  }

  double DrawNumber(size_t i, const std::vector<double>& good, const std::vector<double>& pending,
                    RandomStream& stream) const {
    const ParzenEstimator good_density(good, options_.prior_weight);
    double best = 0.5;
    double best_score = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < options_.candidates; ++c) {
      double x = good_density.Sample(stream);
      // A candidate of a stepped parameter is judged where it will land.
      if (space_[i].cardinality() > 0) x = space_[i].ToUnit(space_[i].FromUnit(x));
      const double score = good_density.LogDensity(x) -
                           densities_[i].LogDensity(x, options_.prior_weight, good, pending);
      if (score > best_score) {
        best_score = score;
        best = x;
      }
    }
    return best;
  }

  double DrawCategory(size_t i, const std::vector<double>& good, const std::vector<double>& pending,
                      RandomStream& stream) const {
    std::vector<int> good_counts(counts_[i].size(), 0);
    std::vector<int> bad_counts = counts_[i];
    for (const double x : good) {
      ++good_counts[Category(i, x)];
      --bad_counts[Category(i, x)];
    }
    for (const double x : pending) ++bad_counts[Category(i, x)];
    const CategoricalDensity good_density(good_counts, options_.prior_weight);
    const CategoricalDensity bad_density(bad_counts, options_.prior_weight);
    int best = 0;
    double best_score = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < options_.candidates; ++c) {
      const int category = good_density.Sample(stream);
      const double score =
          good_density.LogProbability(category) - bad_density.LogProbability(category);
      if (score > best_score) {
        best_score = score;
        best = category;
      }
    }
    return space_[i].ToUnit(space_[i].ValueAt(static_cast<uint64_t>(best)));
  }

  const SearchSpace space_;
  const TpeOptions options_;
  TpeHistory history_;
  // All informative trials, good and bad; the few good ones are taken out when asked.
  std::vector<BinnedDensity> densities_;
  std::vector<std::vector<int>> counts_;
};

}  // namespace

std::unique_ptr<Sampler> MakeTpeSampler(const SamplerContext& context) {
  return std::make_unique<TpeSampler>(context);
}

}  // namespace qalam
