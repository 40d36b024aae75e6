#include "suggestion/samplers/multivariate_tpe.h"

#include <limits>

#include "suggestion/samplers/tpe_history.h"
#include "suggestion/surrogate/joint_parzen_estimator.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// The bad are many and only their rough shape matters: beyond this number every k-th by loss stands
// for its neighbours, which bounds the cost of a suggestion.
constexpr size_t kMostBad = 300;

class MultivariateTpeSampler final : public Sampler {
 public:
  explicit MultivariateTpeSampler(const SamplerContext& context)
      : space_(context.space), options_(ReadTpeOptions(context)), history_(space_) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) history_.Add(result);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(history_.finished(), request);
    const bool random = history_.usable() == 0 ||
                        history_.by_loss().size() < static_cast<size_t>(options_.startup_trials);
    std::vector<Eigen::VectorXd> good, bad;
    if (!random) Split(good, bad);
    for (const auto& point : request.pending) bad.push_back(history_.Encode(point.point));
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(options_.seed, number, "multivariate-tpe");
      Point point = random ? DrawUniform(space_, stream) : DrawModel(good, bad, stream);
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      bad.push_back(history_.Encode(point));
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  void Split(std::vector<Eigen::VectorXd>& good, std::vector<Eigen::VectorXd>& bad) const {
    const auto& ordered = history_.by_loss();
    const size_t good_count = history_.GoodCount(options_);
    for (size_t i = 0; i < good_count; ++i) good.push_back(ordered[i]->unit);
    const size_t bad_count = ordered.size() - good_count;
    const size_t kept = std::min(bad_count, kMostBad);
    for (size_t k = 0; k < kept; ++k) {
      bad.push_back(ordered[good_count + k * bad_count / kept]->unit);
    }
  }

  Point DrawModel(const std::vector<Eigen::VectorXd>& good, const std::vector<Eigen::VectorXd>& bad,
                  RandomStream& stream) const {
    const JointParzenEstimator good_density(space_, good, options_.prior_weight);
    const JointParzenEstimator bad_density(space_, bad, options_.prior_weight);
    Eigen::VectorXd best = good_density.Sample(stream);
    double best_score = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < options_.candidates; ++c) {
      Eigen::VectorXd candidate = c == 0 ? best : good_density.Sample(stream);
      // Judged where it will land.
      candidate = history_.Encode(space_.FromUnit(candidate));
      const double score = good_density.LogDensity(candidate) - bad_density.LogDensity(candidate);
      if (score > best_score) {
        best_score = score;
        best = candidate;
      }
    }
    return space_.FromUnit(best);
  }

  const SearchSpace space_;
  const TpeOptions options_;
  TpeHistory history_;
};

}  // namespace

std::unique_ptr<Sampler> MakeMultivariateTpeSampler(const SamplerContext& context) {
  return std::make_unique<MultivariateTpeSampler>(context);
}

}  // namespace qalam
