#include "suggestion/samplers/tpe_model.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace qalam {

namespace {

// The bad are many and only their rough shape matters: beyond this number every k-th by loss stands
// for its neighbours, which bounds the cost of a suggestion.
constexpr size_t kMostBad = 100;

constexpr double kWidest = 0.5;
constexpr double kNarrowest = 0.01;  // of a number's range: what tuning can tell apart
// A stepped parameter's kernel must reach the next cell.
constexpr double kNarrowestInCells = 0.5;
constexpr double kUniformVariance = 1.0 / 12;
// One uniform point mixed into the spread of the good. With none the search collapses onto its
// first good points, with two it converges late.
constexpr double kUniformPoints = 1;
// Kernels over d numbers narrow as points^(-1 / (d + x)). Scott's rule, x = 4, makes the density's
// error small; at x = 0 kernels are as wide as the points lie apart. A search is after the spot
// where the good gather, and the bad should push it off the spots that failed, not off the whole
// region. Coarse steps leave less to tell apart: over them the good keep Scott's rule, and to the
// bad they are half a dimension. Compared on BBOB in 2 to 20 dimensions, with and without steps.
constexpr double kScott = 4;
constexpr double kBeyondGood = 2;
constexpr double kBeyondBad = 0.5;
constexpr double kSteppedDimension = 0.5;

double Narrowing(double points, double dimensions) {
  return std::pow(std::max(points, 1.0), -1 / dimensions);
}

// What kernels over categories spread over all values: few points say little of the values that
// they do not have. Half a point for each value before the first (the Krichevsky-Trofimov
// estimator, IEEE Trans. Inf. Theory 27, 1981).
double CategorySpread(double points, int categories) {
  const double before = 0.5 * categories;
  return before / (before + points);
}

// Every k-th observation, kMostBad at most.
std::vector<const Observation*> Thin(std::span<const Observation* const> observations) {
  const size_t kept = std::min(observations.size(), kMostBad);
  std::vector<const Observation*> thinned(kept);
  for (size_t k = 0; k < kept; ++k) thinned[k] = observations[k * observations.size() / kept];
  return thinned;
}

// What the good improve on: the best of the bad, or the worst of the good where that has no number.
double ReferenceLoss(std::span<const Observation* const> ordered, size_t good_count) {
  if (good_count < ordered.size() && std::isfinite(ordered[good_count]->loss)) {
    return ordered[good_count]->loss;
  }
  return good_count > 0 ? ordered[good_count - 1]->loss : 0;
}

// Each improvement on the reference, scaled to a mean of 1; all 1 where that says nothing (ties,
// infinities, broken constraints).
Eigen::VectorXd ImprovementWeights(std::span<const Observation* const> good, double reference) {
  const auto n = static_cast<Eigen::Index>(good.size());
  Eigen::VectorXd weights(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    weights(i) = good[i]->violation > 0 ? std::numeric_limits<double>::quiet_NaN()
                                        : reference - good[i]->loss;
  }
  const double total = weights.sum();
  if (!std::isfinite(total) || !(total > 0)) return Eigen::VectorXd::Ones(n);
  // A point of weight zero would make its logarithm infinite.
  constexpr double kLeast = 1e-12;
  return (weights * (static_cast<double>(n) / total)).cwiseMax(kLeast);
}

// The lower Cholesky factor of the weighted correlation of the centred points, shrunk towards the
// identity: d / n parts of it to one of the sample's.
Eigen::MatrixXd CorrelationFactor(const Eigen::MatrixXd& centred, const Eigen::VectorXd& weights,
                                  const std::vector<int>& categories, double effective_points) {
  const Eigen::Index d = centred.cols();
  const double trust = 1 / (1 + static_cast<double>(d) / effective_points);
  Eigen::MatrixXd correlation = centred.transpose() * weights.asDiagonal() * centred;
  const Eigen::VectorXd deviations = correlation.diagonal().cwiseSqrt();
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      const double scale = deviations(i) * deviations(j);
      const bool apart = categories[i] > 0 || categories[j] > 0 || !(scale > 0);
      correlation(i, j) = i == j ? 1 : apart ? 0 : trust * correlation(i, j) / scale;
    }
  }
  // Positive definite: a mixture of a correlation and the identity, whose part is above zero.
  return correlation.llt().matrixL();
}

}  // namespace

TpeModel::TpeModel(const SearchSpace& space, const std::vector<size_t>& group,
                   std::span<const Observation* const> ordered, size_t good_count,
                   const ParzenShape& shape, double prior_weight)
    : space_(space),
      group_(group),
      good_(GoodKernels(ordered.first(good_count), ReferenceLoss(ordered, good_count), shape,
                        prior_weight)),
      bad_(BadKernels(ordered.subspan(good_count), prior_weight)) {}

void TpeModel::AddPending(const Eigen::VectorXd& coordinates) {
  Eigen::VectorXd center(static_cast<Eigen::Index>(group_.size()));
  for (size_t i = 0; i < group_.size(); ++i) {
    center(static_cast<Eigen::Index>(i)) = coordinates(static_cast<Eigen::Index>(group_[i]));
  }
  if (!std::isnan(center(0))) bad_.Add(center);
}

void TpeModel::Draw(int candidates, RandomStream& stream, Eigen::VectorXd& coordinates) const {
  Eigen::VectorXd best;
  double best_score = -std::numeric_limits<double>::infinity();
  for (int c = 0; c < candidates; ++c) {
    Eigen::VectorXd candidate = good_.Sample(stream);
    for (size_t i = 0; i < group_.size(); ++i) {
      const Dimension& dimension = space_[group_[i]];
      if (dimension.is_categorical() || dimension.cardinality() == 0) continue;
      // A candidate of a stepped parameter is judged where it will land.
      double& x = candidate(static_cast<Eigen::Index>(i));
      x = dimension.ToUnit(dimension.FromUnit(x));
    }
    const double score = good_.LogDensity(candidate) - bad_.LogDensity(candidate);
    if (c == 0 || score > best_score) {
      best_score = score;
      best = std::move(candidate);
    }
  }
  for (size_t i = 0; i < group_.size(); ++i) {
    coordinates(static_cast<Eigen::Index>(group_[i])) = best(static_cast<Eigen::Index>(i));
  }
}

ParzenKernels TpeModel::Gather(std::span<const Observation* const> observations,
                               double prior_weight) const {
  const auto n = static_cast<Eigen::Index>(observations.size());
  const auto d = static_cast<Eigen::Index>(group_.size());
  ParzenKernels kernels;
  kernels.prior_weight = prior_weight;
  kernels.weights = Eigen::VectorXd::Ones(n);
  kernels.bandwidths = Eigen::VectorXd::Constant(d, kWidest);
  kernels.centers.resize(n, d);
  for (Eigen::Index k = 0; k < n; ++k) {
    for (Eigen::Index j = 0; j < d; ++j) {
      kernels.centers(k, j) =
          observations[k]->coordinates(static_cast<Eigen::Index>(group_[static_cast<size_t>(j)]));
    }
  }
  for (const size_t i : group_) {
    kernels.categories.push_back(
        space_[i].is_categorical() ? static_cast<int>(space_[i].cardinality()) : 0);
  }
  return kernels;
}

double TpeModel::NarrowestBandwidth(size_t parameter) const {
  const auto cells = static_cast<double>(space_[parameter].cardinality());
  return cells > 0 ? std::max(kNarrowest, kNarrowestInCells / cells) : kNarrowest;
}

bool TpeModel::HasCoarseSteps(size_t parameter) const {
  return !space_[parameter].is_categorical() && NarrowestBandwidth(parameter) > kNarrowest;
}

ParzenKernels TpeModel::GoodKernels(std::span<const Observation* const> good, double reference,
                                    const ParzenShape& shape, double prior_weight) const {
  ParzenKernels kernels = Gather(good, prior_weight);
  if (good.empty()) return kernels;
  if (shape.weigh_by_loss) kernels.weights = ImprovementWeights(good, reference);
  const double total = kernels.weights.sum();
  const double effective_points = total * total / kernels.weights.squaredNorm();
  const Eigen::RowVectorXd mean = kernels.weights.transpose() * kernels.centers / total;
  const Eigen::MatrixXd centred = kernels.centers.rowwise() - mean;
  for (size_t i = 0; i < group_.size(); ++i) {
    const auto j = static_cast<Eigen::Index>(i);
    if (kernels.categories[i] > 0) {
      kernels.bandwidths(j) = CategorySpread(effective_points, kernels.categories[i]);
      continue;
    }
    const double variance =
        (kernels.weights.dot(centred.col(j).cwiseAbs2()) + kUniformPoints * kUniformVariance) /
        (total + kUniformPoints);
    const double beyond = HasCoarseSteps(group_[i]) ? kScott : kBeyondGood;
    const double narrowing =
        Narrowing(effective_points, static_cast<double>(group_.size()) + beyond);
    kernels.bandwidths(j) =
        std::clamp(narrowing * std::sqrt(variance), NarrowestBandwidth(group_[i]), kWidest);
    kernels.centers.col(j) -= shape.pull * centred.col(j);
  }
  if (shape.correlated && group_.size() > 1) {
    kernels.correlation_factor =
        CorrelationFactor(centred, kernels.weights, kernels.categories, effective_points);
  }
  return kernels;
}

ParzenKernels TpeModel::BadKernels(std::span<const Observation* const> bad,
                                   double prior_weight) const {
  ParzenKernels kernels = Gather(Thin(bad), prior_weight);
  if (bad.empty()) return kernels;
  const auto n = static_cast<double>(kernels.weights.size());
  double dimensions = 0;
  for (const size_t i : group_) dimensions += HasCoarseSteps(i) ? kSteppedDimension : 1;
  const double narrowing = Narrowing(n, dimensions + kBeyondBad);
  for (size_t i = 0; i < group_.size(); ++i) {
    if (kernels.categories[i] > 0) {
      kernels.bandwidths(static_cast<Eigen::Index>(i)) = CategorySpread(n, kernels.categories[i]);
      continue;
    }
    const auto column = kernels.centers.col(static_cast<Eigen::Index>(i)).array();
    const double deviation = std::sqrt((column - column.mean()).square().mean());
    kernels.bandwidths(static_cast<Eigen::Index>(i)) =
        std::clamp(narrowing * deviation, NarrowestBandwidth(group_[i]), kWidest);
  }
  return kernels;
}

}  // namespace qalam
