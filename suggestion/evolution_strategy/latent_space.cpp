#include "suggestion/evolution_strategy/latent_space.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

// A logarithmic parameter's bound comes back from its value with an error of this order.
constexpr double kRounding = 1e-14;

// A continuous coordinate that was tried; on a face of the cube, `drawn` where it lies beyond.
double BeyondFace(double tried, double drawn) {
  if (tried <= kRounding) return std::min(tried, drawn);
  if (tried >= 1 - kRounding) return std::max(tried, drawn);
  return tried;
}

}  // namespace

CellGrid::CellGrid(const Dimension& dimension)
    : dimension_(&dimension), count_(static_cast<int64_t>(dimension.cardinality())) {
  const Distribution distribution = dimension.parameter().feasible_space.distribution;
  even_ = dimension.type() == ParameterType::kDiscrete ||
          (!dimension.is_log() && distribution != Distribution::kNormal);
}

int64_t CellGrid::Find(double coordinate) const {
  if (even_) {
    const double cell = std::floor(coordinate * static_cast<double>(count_));
    return static_cast<int64_t>(std::clamp(cell, 0.0, static_cast<double>(count_ - 1)));
  }
  return static_cast<int64_t>(dimension_->IndexOf(dimension_->FromUnit(coordinate)));
}

double CellGrid::Edge(int64_t cell) const {
  if (even_) return static_cast<double>(cell) / static_cast<double>(count_);
  const auto upper = static_cast<uint64_t>(cell);
  return dimension_->ToUnit((dimension_->ValueAt(upper - 1) + dimension_->ValueAt(upper)) / 2);
}

double CellGrid::Clamp(double coordinate, int64_t cell) const {
  if (cell > 0) coordinate = std::max(coordinate, Edge(cell));
  if (cell < count_ - 1) coordinate = std::min(coordinate, Edge(cell + 1));
  return coordinate;
}

LatentSpace::LatentSpace(const SearchSpace& space) : space_(space) {
  for (size_t i = 0; i < space.size(); ++i) {
    const Dimension& dimension = space[i];
    if (dimension.parameter().active_when) lossy_ = true;
    if (dimension.cardinality() == 1) continue;
    if (dimension.is_categorical()) {
      categories_.push_back({i, static_cast<int>(dimension.cardinality())});
    } else if (dimension.cardinality() == 0) {
      numbers_.push_back({i, std::nullopt});
    } else {
      numbers_.push_back({i, CellGrid(dimension)});
      lossy_ = true;
    }
  }
}

bool LatentSpace::IsLossy(const LatentPoint& encoded) const {
  return lossy_ || (encoded.numbers.array() <= kRounding).any() ||
         (encoded.numbers.array() >= 1 - kRounding).any();
}

Point LatentSpace::Decode(const LatentPoint& latent) const {
  Eigen::VectorXd unit = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(space_.size()), 0.5);
  for (size_t k = 0; k < numbers_.size(); ++k) {
    unit(static_cast<Eigen::Index>(numbers_[k].dimension)) =
        latent.numbers(static_cast<Eigen::Index>(k));
  }
  for (size_t k = 0; k < categories_.size(); ++k) {
    unit(static_cast<Eigen::Index>(categories_[k].dimension)) =
        (latent.categories[k] + 0.5) / categories_[k].count;
  }
  return space_.FromUnit(unit);
}

LatentPoint LatentSpace::Encode(const Point& point) const {
  LatentPoint latent;
  latent.numbers.resize(number_count());
  for (size_t k = 0; k < numbers_.size(); ++k) {
    const size_t i = numbers_[k].dimension;
    const double value = point.values[i];
    latent.numbers(static_cast<Eigen::Index>(k)) =
        std::isnan(value) ? 0.5 : space_[i].ToUnit(value);
  }
  for (const auto& category : categories_) {
    const double value = point.values[category.dimension];
    latent.categories.push_back(
        std::isnan(value) ? 0 : static_cast<int>(space_[category.dimension].IndexOf(value)));
  }
  return latent;
}

LatentPoint LatentSpace::Reconcile(LatentPoint drawn, const Point& point) const {
  for (size_t k = 0; k < numbers_.size(); ++k) {
    const size_t i = numbers_[k].dimension;
    const double value = point.values[i];
    if (std::isnan(value)) continue;
    double& coordinate = drawn.numbers(static_cast<Eigen::Index>(k));
    coordinate = numbers_[k].grid ? numbers_[k].grid->Clamp(
                                        coordinate, static_cast<int64_t>(space_[i].IndexOf(value)))
                                  : BeyondFace(space_[i].ToUnit(value), coordinate);
  }
  for (size_t k = 0; k < categories_.size(); ++k) {
    const double value = point.values[categories_[k].dimension];
    if (std::isnan(value)) continue;
    drawn.categories[k] = static_cast<int>(space_[categories_[k].dimension].IndexOf(value));
  }
  return drawn;
}

}  // namespace qalam
