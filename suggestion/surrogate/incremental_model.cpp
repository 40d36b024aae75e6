#include "suggestion/surrogate/incremental_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "suggestion/surrogate/fit_kernel.h"
#include "suggestion/surrogate/marginal_likelihood.h"

namespace qalam {

namespace {

using Eigen::Index;

// The posterior rests on this many observations at most; past it, on chosen ones, which are chosen
// anew every kRebaseStep. Time for a suggestion grows with the square.
constexpr Index kMostPoints = 1000;
constexpr Index kRebaseStep = 50;
// The kernel is fitted to fewer, since each step of a fit costs the cube.
constexpr Index kMostFitPoints = 300;

// The levels are the counts 1, 2, ... 20, then each a twentieth above the one before.
Index NextLevel(Index level) { return level + std::max<Index>(1, level / 20); }

struct Levels {
  Index last, previous;  // previous is 0 where there is none
};
Levels LevelsUpTo(Index count) {
  Levels levels{1, 0};
  for (Index next = NextLevel(1); next <= count; next = NextLevel(next)) {
    levels = {next, levels.last};
  }
  return levels;
}

}  // namespace

void IncrementalModel::Add(int64_t number, const Eigen::VectorXd& encoded, double output) {
  Observation observation{number, output, encoded};
  // Warm-start results may share a number; their values then decide.
  const auto place =
      std::upper_bound(observations_.begin(), observations_.end(), observation,
                       [](const Observation& a, const Observation& b) {
                         if (a.number != b.number) return a.number < b.number;
                         if (a.output != b.output) return a.output < b.output;
                         return std::lexicographical_compare(a.encoded.begin(), a.encoded.end(),
                                                             b.encoded.begin(), b.encoded.end());
                       });
  const Index rank = place - observations_.begin();
  observations_.insert(place, std::move(observation));
  kernels_.erase(kernels_.upper_bound(rank), kernels_.end());
  if (process_ == nullptr) return;
  if (rank < base_) {
    process_.reset();
    return;
  }
  const auto chosen = static_cast<Index>(chosen_.size());
  process_->Truncate(std::min(process_->size(), chosen + rank - base_));
}

int64_t IncrementalModel::CountAfter(int64_t number) const {
  return observations_.end() -
         std::upper_bound(observations_.begin(), observations_.end(), number,
                          [](int64_t n, const Observation& o) { return n < o.number; });
}

std::vector<Index> IncrementalModel::Chosen(Index count, Index most) const {
  std::vector<Index> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  if (count <= most) return rows;
  const auto better = [&](Index a, Index b) {
    return observations_[a].output != observations_[b].output
               ? observations_[a].output < observations_[b].output
               : a < b;
  };
  // The best, and an even spread of the others for the lie of the land.
  std::sort(rows.begin(), rows.end(), better);
  const Index best = most / 2, others = most - best;
  for (Index i = 0; i < others; ++i) {
    rows[best + i] = rows[best + i * (count - best) / others];
  }
  rows.resize(static_cast<size_t>(most));
  std::sort(rows.begin(), rows.end());
  return rows;
}

Eigen::MatrixXd IncrementalModel::Points(const std::vector<Index>& rows) const {
  Eigen::MatrixXd points(features_.size(), static_cast<Index>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    points.col(static_cast<Index>(i)) = observations_[rows[i]].encoded;
  }
  return points;
}

Eigen::VectorXd IncrementalModel::Targets(const std::vector<Index>& rows) const {
  Eigen::VectorXd outputs(static_cast<Index>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    outputs(static_cast<Index>(i)) = observations_[rows[i]].output;
  }
  return transform_(outputs);
}

const Eigen::VectorXd& IncrementalModel::Kernel(Index level) const {
  const auto found = kernels_.find(level);
  if (found != kernels_.end()) return found->second;
  const Index previous = LevelsUpTo(level).previous;
  std::vector<Eigen::VectorXd> starts;
  const bool afresh = previous == 0 || std::bit_width(static_cast<uint64_t>(previous)) !=
                                           std::bit_width(static_cast<uint64_t>(level));
  if (afresh) {
    starts = KernelStarts(features_);
  } else {
    starts = {Kernel(previous)};
  }
  const auto rows = Chosen(level, kMostFitPoints);
  // A search that starts from the last answer has little left to do.
  const int evaluations = afresh ? 40 : 12;
  return kernels_[level] = FitKernel(features_, Points(rows), Targets(rows), starts, evaluations);
}

void IncrementalModel::Rebase(Index base) const {
  base_ = base;
  chosen_ = Chosen(base, kMostPoints);
  const auto parameters = MarginalLikelihood::Parameters(features_, Kernel(LevelsUpTo(base).last));
  const Index room = std::min(NextLevel(base) - base, kRebaseStep) + 8;
  process_ = std::make_unique<GaussianProcess>(parameters, Points(chosen_),
                                               static_cast<Index>(chosen_.size()) + room);
}

const GaussianProcess& IncrementalModel::Posterior() const {
  // A fifth at most: a young run needs its newest results.
  const Index settled = std::max<Index>(1, size() - std::min<Index>(lag_, size() / 5));
  Index base = LevelsUpTo(settled).last;
  if (settled > kMostPoints) {
    base = std::max(base, settled - (settled - kMostPoints) % kRebaseStep);
  }
  if (process_ == nullptr || base_ != base) Rebase(base);
  std::vector<Index> rows = chosen_;
  for (Index next = base; next < size(); ++next) {
    rows.push_back(next);
    if (static_cast<Index>(rows.size()) > process_->size()) {
      process_->Append(observations_[next].encoded);
    }
  }
  process_->SetTargets(Targets(rows));
  return *process_;
}

}  // namespace qalam
