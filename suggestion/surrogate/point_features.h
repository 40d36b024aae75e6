#pragma once

#include <Eigen/Core>
#include <vector>

#include "suggestion/search_space.h"

namespace qalam {

// Points as vectors whose weighted Euclidean distance is what a kernel should see.
//
// A number is its unit coordinate. A category is one-hot, scaled so that two different ones are one
// apart whichever they are. A conditional parameter has a further feature, "is inactive"; while
// inactive it sits at the middle of its range and half a range aside, so that it is near no value
// in particular and all inactive points agree. Each parameter's features share one lengthscale.
// Being an embedding, any kernel of Euclidean distance stays positive definite on it.
class PointFeatures {
 public:
  explicit PointFeatures(const SearchSpace& space);

  Eigen::Index parameters() const { return static_cast<Eigen::Index>(owner_first_.size()) - 1; }
  Eigen::Index size() const { return owner_first_.back(); }
  // Features [First(i), First(i + 1)) belong to parameter i.
  Eigen::Index First(Eigen::Index parameter) const { return owner_first_[parameter]; }

  Eigen::VectorXd Encode(const Point& point) const;

 private:
  const SearchSpace& space_;
  std::vector<Eigen::Index> owner_first_;
};

}  // namespace qalam
