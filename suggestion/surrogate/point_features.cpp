#include "suggestion/surrogate/point_features.h"

#include <cmath>

namespace qalam {

PointFeatures::PointFeatures(const SearchSpace& space) : space_(space), owner_first_{0} {
  for (const auto& dimension : space.dimensions()) {
    const auto values = static_cast<Eigen::Index>(dimension.cardinality());
    const Eigen::Index conditional = dimension.parameter().active_when ? 1 : 0;
    owner_first_.push_back(owner_first_.back() + (dimension.is_categorical() ? values : 1) +
                           conditional);
  }
}

Eigen::VectorXd PointFeatures::Encode(const Point& point) const {
  constexpr double kAside = 0.5;
  Eigen::VectorXd features = Eigen::VectorXd::Zero(size());
  for (size_t i = 0; i < space_.size(); ++i) {
    const auto parameter = static_cast<Eigen::Index>(i);
    const double value = point.values[i];
    if (std::isnan(value)) {
      if (!space_[i].is_categorical()) features(First(parameter)) = 0.5;
      features(First(parameter + 1) - 1) = kAside;
    } else if (space_[i].is_categorical()) {
      features(First(parameter) + static_cast<Eigen::Index>(value)) = std::sqrt(0.5);
    } else {
      features(First(parameter)) = space_[i].ToUnit(value);
    }
  }
  return features;
}

}  // namespace qalam
