#include "suggestion/multi_fidelity/bracket_sampler.h"

#include <cmath>
#include <string>

#include "suggestion/multi_fidelity/rungs.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// Falkner, Klein, Hutter, "BOHB", ICML 2018, section 3.2: a third of the configurations are drawn
// uniformly, so that a level that misleads cannot trap the search, and a model needs d + 1 good and
// d + 1 bad points at least. Twice as many are waited for: those that reach a high level are nearly
// all good, and of a few such points the worse look bad when they are not.
constexpr double kUniformShare = 1.0 / 3;
constexpr size_t kPointsForEachDimension = 4;

class BracketSampler final : public Sampler {
 public:
  BracketSampler(const SamplerContext& context, const ResourceLadder& ladder,
                 SearchSpace configurations, BracketSamplerOptions options)
      : space_(context.space),
        seed_(context.seed),
        ladder_(ladder),
        configuration_space_(std::move(configurations)),
        options_(std::move(options)),
        rungs_(ladder) {
    for (const auto& bracket : options_.brackets) round_ += bracket.configurations;
    if (options_.make_model == nullptr) return;
    for (size_t level = 0; level < ladder_.levels().size(); ++level) {
      const auto model_context = context.With(configuration_space_, context.settings);
      models_.push_back({options_.make_model(model_context), 0});
    }
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      rungs_.Tell(result);
      const auto level = ladder_.LevelOf(result.point.values[ladder_.dimension()]);
      if (models_.empty() || !level) continue;
      TrialResult told = result;
      told.point = ladder_.WithoutResource(result.point);
      models_[*level].sampler->Tell({&told, 1});
      if (std::isfinite(Loss(result)) && IsInformative(result)) ++models_[*level].usable;
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    Batch batch;
    for (const auto& point : request.pending) {
      const auto level = ladder_.LevelOf(point.point.values[ladder_.dimension()]);
      batch.Begin(rungs_, ladder_.WithoutResource(point.point), level.value_or(0));
    }
    const auto may_run = [&](const Point& configuration, size_t level) {
      return MayRun(configuration, level);
    };
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      Rungs::Promotion next;
      if (const auto promotion = rungs_.NextPromotion(batch.pending, may_run)) {
        next = *promotion;
      } else {
        next.bracket = NextBracket(rungs_.size() + batch.begun).first_level;
        ASSIGN_OR_RETURN(next, NewConfiguration(number, next.bracket, taken, batch));
      }
      Point point = ladder_.AtLevel(next.configuration, next.level);
      batch.Begin(rungs_, next.configuration, next.level);
      taken.Add(point);
      const size_t last = ladder_.levels().size() - 1;
      proposals.push_back({number,
                           std::move(point),
                           {{"bracket", std::to_string(last - next.bracket)},
                            {"rung", std::to_string(next.level - next.bracket)}}});
    }
    return proposals;
  }

 private:
  struct Model {
    std::unique_ptr<Sampler> sampler;
    size_t usable = 0;  // results with a finite loss
  };
  // What is under way, with what this answer has added.
  struct Batch {
    void Begin(const Rungs& rungs, const Point& configuration, size_t level) {
      const std::string key = PointKey(configuration);
      if (!rungs.Contains(key) && !pending.highest().contains(key)) ++begun;
      pending.Add(key, level);
      points.push_back(configuration);
    }
    Rungs::Pending pending;
    size_t begun = 0;  // configurations that no result knows
    std::vector<Point> points;
  };

  const Bracket& NextBracket(size_t begun) const {
    auto position = static_cast<int64_t>(begun) % round_;
    for (const auto& bracket : options_.brackets) {
      position -= bracket.configurations;
      if (position < 0) return bracket;
    }
    return options_.brackets.back();
  }

  // The model of the highest level that has results enough; null while none has.
  const Sampler* BestModel() const {
    for (size_t level = models_.size(); level-- > 0;) {
      if (models_[level].usable >= kPointsForEachDimension * (configuration_space_.size() + 1)) {
        return models_[level].sampler.get();
      }
    }
    return nullptr;
  }

  StatusOr<Point> Draw(int64_t number, RandomStream& stream, const Batch& batch) const {
    const Sampler* model = BestModel();
    if (model == nullptr || stream.Uniform() < kUniformShare) {
      return DrawUniform(configuration_space_, stream);
    }
    SampleRequest request{.count = 1, .first_trial_number = number};
    for (const auto& point : batch.points) request.pending.push_back({-1, point});
    ASSIGN_OR_RETURN(auto proposals, model->Suggest(request));
    if (proposals.empty()) return DrawUniform(configuration_space_, stream);
    return std::move(proposals.front().point);
  }

  // Whether the constraints allow it; they may name the resource.
  bool MayRun(const Point& configuration, size_t level) const {
    return space_.constraints().empty() || space_.IsFeasible(ladder_.AtLevel(configuration, level));
  }

  StatusOr<Rungs::Promotion> NewConfiguration(int64_t number, size_t level,
                                              const TakenPoints& taken, const Batch& batch) const {
    RandomStream stream(seed_, number, "multi-fidelity");
    ASSIGN_OR_RETURN(Point configuration, Draw(number, stream, batch));
    const auto is_new = [&](const Point& point) {
      const std::string key = PointKey(point);
      return !rungs_.Contains(key) && !batch.pending.highest().contains(key) &&
             !taken.Contains(ladder_.AtLevel(point, level));
    };
    if (is_new(configuration)) return Rungs::Promotion{configuration, level, level};
    // In the whole space, where the request's constraints are known; the resource is put right.
    const Point point = DrawUntried(space_, taken, stream, [&] {
      constexpr int kDraws = 32;  // see DrawUntried
      for (int i = 0; i < kDraws; ++i) {
        configuration = DrawUniform(configuration_space_, stream);
        if (is_new(configuration)) break;
      }
      return ladder_.AtLevel(configuration, level);
    });
    return AllowedBeginning(ladder_.WithoutResource(point), level, taken, stream);
  }

  // `first` at the level if it may begin there. Otherwise, since constraints leave little there,
  // another, or one at the nearest lower level where one is found, or at a higher one.
  Rungs::Promotion AllowedBeginning(const Point& first, size_t level, const TakenPoints& taken,
                                    RandomStream& stream) const {
    Rungs::Promotion allowed{first, level, level};
    if (MayRun(first, level)) return allowed;
    std::vector<size_t> levels;
    for (size_t at = level + 1; at-- > 0;) levels.push_back(at);
    for (size_t at = level + 1; at < ladder_.levels().size(); ++at) levels.push_back(at);
    for (const size_t at : levels) {
      for (int i = 0; i < kMostFeasibleDraws; ++i) {
        const Point configuration = DrawUniform(configuration_space_, stream);
        if (!MayRun(configuration, at)) continue;
        allowed = {configuration, at, at};
        if (!taken.Contains(ladder_.AtLevel(configuration, at))) return allowed;
      }
    }
    return allowed;
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const ResourceLadder ladder_;
  const SearchSpace configuration_space_;
  const BracketSamplerOptions options_;
  int64_t round_ = 0;  // configurations in one turn of all brackets
  Rungs rungs_;
  PointSet finished_;
  std::vector<Model> models_;  // by level; empty for uniform draws
};

}  // namespace

std::unique_ptr<Sampler> MakeBracketSampler(const SamplerContext& context,
                                            const ResourceLadder& ladder,
                                            BracketSamplerOptions options) {
  // CheckResource has seen that there is one.
  return std::make_unique<BracketSampler>(
      context, ladder, ConfigurationSpace(context.space, ladder).value(), std::move(options));
}

std::vector<Bracket> HyperbandBrackets(const ResourceLadder& ladder) {
  std::vector<Bracket> brackets;
  const size_t largest = ladder.levels().size() - 1;
  for (size_t s = largest + 1; s-- > 0;) {
    const double share = static_cast<double>(largest + 1) / static_cast<double>(s + 1);
    const double count = share * std::pow(ladder.eta(), static_cast<double>(s));
    brackets.push_back({largest - s, static_cast<int64_t>(std::ceil(count - 1e-9))});
  }
  return brackets;
}

Status CheckResource(const SearchSpace& space, const Settings& settings) {
  ASSIGN_OR_RETURN(const auto ladder, ResourceLadder::Create(space, settings));
  return ConfigurationSpace(space, ladder).status();
}

}  // namespace qalam
