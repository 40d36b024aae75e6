#include "suggestion/samplers/population_based_training.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "suggestion/untried.h"

namespace qalam {

namespace {

// Jaderberg et al., section 4.1.1: "perturb" multiplies by one of these.
constexpr double kShrink = 0.8;
constexpr double kGrow = 1.2;
// How far a value moves, as a share of its range, that a factor leaves where it is (zero).
constexpr double kStepFromZero = 0.1;
// Categories have no neighbours: without resample_probability each is drawn anew this often.
constexpr double kCategoryResample = 0.25;

struct Member {
  int64_t number = 0;
  double loss = 0;
  Point point;
};

class PopulationBasedTrainingSampler final : public Sampler {
 public:
  explicit PopulationBasedTrainingSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        // With fewer members than workers some would be asked for a successor while they train.
        population_(
            std::max<int64_t>(context.settings.Int("n_population"), context.parallel_trial_count)),
        truncation_(context.settings.Double("truncation_threshold")) {
    if (context.settings.Has("resample_probability")) {
      resample_ = context.settings.Double("resample_probability");
    }
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      // Without a number of this experiment it has no checkpoint here to go on from.
      if (result.number < 0 || !IsInformative(result)) continue;
      results_[result.number] = {result.number, Loss(result), result.point};
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "population-based-training");
      const Member* parent = ChooseParent(number, stream);
      Proposal proposal{number, {}, {{"generation", std::to_string(number / population_)}}};
      if (parent != nullptr) proposal.labels["parent"] = std::to_string(parent->number);
      const auto draw = [&] {
        return parent == nullptr ? DrawUniform(space_, stream) : Explore(parent->point, stream);
      };
      proposal.point = DrawUntried(space_, taken, stream, draw);
      taken.Add(proposal.point);
      proposals.push_back(std::move(proposal));
    }
    return proposals;
  }

 private:
  // The last result of each member before the generation of trial `number`, best first. Those of
  // the same generation have trained longer, and going on from one would make the generation no
  // age.
  std::vector<const Member*> LastOfEach(int64_t number) const {
    std::map<int64_t, const Member*> last;
    auto at = results_.lower_bound(number / population_ * population_);
    // A member whose last three trials are all missing has nothing recent to offer.
    constexpr int64_t kGenerationsBack = 3;
    while (at != results_.begin()) {
      --at;
      if (at->first < number - kGenerationsBack * population_) break;
      last.try_emplace(at->first % population_, &at->second);
    }
    std::vector<const Member*> members;
    for (const auto& [member, result] : last) members.push_back(result);
    std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
      return std::tie(a->loss, a->number) < std::tie(b->loss, b->number);
    });
    return members;
  }

  // Null when nobody has anything to go on from.
  const Member* ChooseParent(int64_t number, RandomStream& stream) const {
    if (number < population_) return nullptr;
    const auto members = LastOfEach(number);
    const auto usable =
        static_cast<size_t>(std::count_if(members.begin(), members.end(), [](const Member* member) {
          return std::isfinite(member->loss);
        }));
    if (usable == 0) return nullptr;
    const auto selected =
        static_cast<size_t>(std::floor(truncation_ * static_cast<double>(members.size())));
    const auto own = std::find_if(members.begin(), members.end(), [&](const Member* member) {
      return member->number == number - population_;
    });
    const bool goes_on =
        own != members.end() && std::isfinite((*own)->loss) &&
        own - members.begin() < static_cast<std::ptrdiff_t>(members.size() - selected);
    if (goes_on) return *own;
    return members[stream.UniformInt(std::min(std::max<size_t>(selected, 1), usable))];
  }

  Point Explore(const Point& parent, RandomStream& stream) const {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space_.size()));
    for (size_t i = 0; i < space_.size(); ++i) {
      const bool anew =
          stream.Uniform() < resample_.value_or(space_[i].is_categorical() ? kCategoryResample : 0);
      const double fresh = stream.Uniform();
      const double factor = stream.Uniform() < 0.5 ? kShrink : kGrow;
      const double value = parent.values[i];
      unit(static_cast<Eigen::Index>(i)) =
          anew || std::isnan(value) ? fresh : Perturb(space_[i], value, factor);
    }
    return space_.FromUnit(unit);
  }

  // In the unit interval.
  static double Perturb(const Dimension& dimension, double value, double factor) {
    if (dimension.is_categorical()) return dimension.ToUnit(value);
    const double direction = factor > 1 ? 1 : -1;
    const bool is_list = dimension.type() == ParameterType::kDiscrete;
    const double moved = is_list ? value : value * factor;
    const double clamped = is_list ? value : std::clamp(moved, dimension.low(), dimension.high());
    const double unit = dimension.ToUnit(clamped);
    if (dimension.FromUnit(unit) != value) return unit;
    // Zero, the end of the range, or less than a step: to the neighbour instead.
    const double step = dimension.cardinality() > 0
                            ? 1 / static_cast<double>(dimension.cardinality())
                            : kStepFromZero;
    return std::clamp(unit + direction * step, 0.0, 1.0);
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int64_t population_;
  const double truncation_;
  std::optional<double> resample_;
  PointSet finished_;
  std::map<int64_t, Member> results_;  // by trial number
};

}  // namespace

std::unique_ptr<Sampler> MakePopulationBasedTrainingSampler(const SamplerContext& context) {
  return std::make_unique<PopulationBasedTrainingSampler>(context);
}

std::vector<SettingSchema> PopulationBasedTrainingSettings() {
  return {
      {.name = "suggestion_trial_dir",
       .type = SettingType::kString,
       .help = "Folder that holds a checkpoint folder for each trial, by the trial's name. By "
               "default each is in the trial's own folder."},
      {.name = "n_population",
       .type = SettingType::kInt,
       .default_value = "40",
       .help = "Members that train side by side; at least as many as run at once.",
       .min = 5,
       .max = 100000},
      {.name = "truncation_threshold",
       .type = SettingType::kDouble,
       .default_value = "0.2",
       .help = "Share of the worst that go on from one of the same share of the best.",
       .min = 0,
       .max = 1},
      {.name = "resample_probability",
       .type = SettingType::kDouble,
       .help = "Probability that a parameter is drawn anew. By default it is multiplied by 0.8 or "
               "1.2.",
       .min = 0,
       .max = 1},
      RandomStateSetting(),
  };
}

}  // namespace qalam
