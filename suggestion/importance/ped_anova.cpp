#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "suggestion/importance/evaluators.h"
#include "suggestion/importance/importance_data.h"

namespace qalam {

namespace {

constexpr size_t kMostTrials = 10000;
constexpr double kBestShare = 0.1;
constexpr size_t kFewestBest = 8;  // where there are twice as many
constexpr size_t kCells = 100;     // of a continuum
constexpr int kRandomSubsets = 24;

// Which trials are among the best: some but not all.
std::vector<size_t> BestTrials(const Eigen::VectorXd& losses) {
  const size_t trials = losses.size();
  std::vector<double> sorted(losses.data(), losses.data() + trials);
  std::sort(sorted.begin(), sorted.end());
  const auto share = static_cast<size_t>(std::ceil(kBestShare * static_cast<double>(trials)));
  const size_t count = std::max(share, std::min(kFewestBest, trials / 2));
  // Equals of the last one that counts are as good.
  const double worst = sorted[count - 1] < sorted.back()
                           ? sorted[count - 1]
                           : *(std::lower_bound(sorted.begin(), sorted.end(), sorted.back()) - 1);
  std::vector<size_t> best;
  for (size_t i = 0; i < trials; ++i) {
    if (losses(i) <= worst) best.push_back(i);
  }
  return best;
}

// Densities of trials along one parameter, as probabilities of its cells.
class CellDensity {
 public:
  // `spread` trials are how many the kernel's width is chosen for.
  CellDensity(const Dimension& dimension, const Eigen::VectorXd& units, size_t spread)
      : even_share_(1 / (static_cast<double>(spread) + 1)), cells_(units.size()) {
    const uint64_t values = dimension.cardinality();
    count_ = values > 0 && values <= kCells ? values : kCells;
    // Any number of categories, since their cells are no neighbours.
    if (dimension.is_categorical()) count_ = values;
    for (Eigen::Index i = 0; i < units.size(); ++i) {
      cells_[i] = std::min(static_cast<size_t>(units(i) * static_cast<double>(count_)), count_ - 1);
    }
    if (!dimension.is_categorical()) MakeKernel(units, spread);
  }

  // With an even part, the weight of one of `spread` trials, so that no cell is impossible.
  std::vector<double> Of(const std::vector<size_t>& trials) const {
    std::vector<double> counts(count_, 0);
    for (const size_t trial : trials) ++counts[cells_[trial]];
    std::vector<double> density(count_, even_share_ / static_cast<double>(count_));
    for (size_t from = 0; from < count_; ++from) {
      const double share = (1 - even_share_) * counts[from] / static_cast<double>(trials.size());
      if (share == 0) continue;
      if (kernel_.empty()) {
        density[from] += share;
        continue;
      }
      for (size_t to = 0; to < count_; ++to) density[to] += share * kernel_[from * count_ + to];
    }
    return density;
  }

 private:
  // Normal, of Scott's width, and whole within [0, 1].
  void MakeKernel(const Eigen::VectorXd& units, size_t spread) {
    const double deviation = std::sqrt((units.array() - units.mean()).square().mean());
    const double width = std::max(1.06 * deviation * std::pow(static_cast<double>(spread), -0.2),
                                  0.5 / static_cast<double>(count_));
    kernel_.resize(count_ * count_);
    for (size_t from = 0; from < count_; ++from) {
      double sum = 0;
      for (size_t to = 0; to < count_; ++to) {
        const double distance =
            (static_cast<double>(to) - static_cast<double>(from)) / static_cast<double>(count_);
        const double height = std::exp(-0.5 * distance * distance / (width * width));
        kernel_[from * count_ + to] = height;
        sum += height;
      }
      for (size_t to = 0; to < count_; ++to) kernel_[from * count_ + to] /= sum;
    }
  }

  const double even_share_;
  size_t count_ = 0;
  std::vector<size_t> cells_;   // of each trial
  std::vector<double> kernel_;  // [from, to]; empty for categories
};

double PearsonDivergence(const std::vector<double>& p, const std::vector<double>& reference) {
  double divergence = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double difference = p[i] - reference[i];
    divergence += difference * difference / reference[i];
  }
  return divergence;
}

// As many of `trials` as the best are, drawn without replacement.
std::vector<size_t> RandomSubset(size_t trials, size_t count, RandomStream& random) {
  std::vector<size_t> all(trials);
  std::iota(all.begin(), all.end(), 0);
  for (size_t i = 0; i < count; ++i) std::swap(all[i], all[i + random.UniformInt(trials - i)]);
  all.resize(count);
  return all;
}

}  // namespace

StatusOr<Importance> EvaluatePedAnova(const ImportanceInput& input) {
  const SearchSpace& space = *input.space;
  ASSIGN_OR_RETURN(const auto data, PrepareImportance(input, kMostTrials));
  const size_t trials = data.losses.size();
  const auto best = BestTrials(data.losses);
  std::vector<size_t> all(trials);
  std::iota(all.begin(), all.end(), 0);
  std::vector<std::vector<size_t>> subsets;
  RandomStream random(input.seed, 0, "importance.subsets");
  for (int i = 0; i < kRandomSubsets; ++i) {
    subsets.push_back(RandomSubset(trials, best.size(), random));
  }
  std::vector<double> divergences, beyond_chance;
  for (size_t j = 0; j < space.size(); ++j) {
    const CellDensity density(space[j], data.units.col(static_cast<Eigen::Index>(j)), best.size());
    const auto reference = density.Of(all);
    double chance = 0;
    for (const auto& subset : subsets) chance += PearsonDivergence(density.Of(subset), reference);
    divergences.push_back(PearsonDivergence(density.Of(best), reference));
    beyond_chance.push_back(std::max(0.0, divergences.back() - chance / kRandomSubsets));
  }
  const auto is_zero = [](double value) { return value <= 0; };
  if (std::all_of(divergences.begin(), divergences.end(), is_zero)) {
    return FailedPrecondition("the parameters of all {} finished trials are the same", trials);
  }
  // Where none stands out from chance, the differences themselves are all there is to show.
  const bool nothing = std::all_of(beyond_chance.begin(), beyond_chance.end(), is_zero);
  return MakeImportance(space, trials, nothing ? divergences : beyond_chance, {});
}

}  // namespace qalam
