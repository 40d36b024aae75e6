#pragma once

#include <Eigen/Core>
#include <vector>

#include "base/random.h"
#include "suggestion/search_space.h"

namespace qalam {

// A sample as the evolution strategy knows it: coordinates of the unit cube (which may lie outside
// of it, for those that decode to a list or step value) and one index per categorical parameter.
struct LatentPoint {
  Eigen::VectorXd numbers;
  std::vector<int> categories;
};

// The thresholds at which a stepped, int or list parameter changes its value, in unit coordinates.
class CellGrid {
 public:
  explicit CellGrid(const Dimension& dimension);
  int64_t count() const { return count_; }
  // The cell that a coordinate decodes to.
  int64_t Find(double coordinate) const;
  // Between cells `cell` - 1 and `cell`, for 0 < cell < count.
  double Edge(int64_t cell) const;
  // The nearest coordinate that decodes to the cell; the outermost cells reach to infinity.
  double Clamp(double coordinate, int64_t cell) const;

 private:
  const Dimension* dimension_;  // outlives the grid
  int64_t count_;
  bool even_;  // equal cells
};

// Tells numbers from categories. Parameters of a single value are left out of both.
class LatentSpace {
 public:
  // `space` must outlive this.
  explicit LatentSpace(const SearchSpace& space);

  struct Number {
    size_t dimension;              // in the search space
    std::optional<CellGrid> grid;  // none: a continuum
  };
  struct Category {
    size_t dimension;
    int count;
  };
  const std::vector<Number>& numbers() const { return numbers_; }
  const std::vector<Category>& categories() const { return categories_; }
  Eigen::Index number_count() const { return static_cast<Eigen::Index>(numbers_.size()); }
  // Whether `encoded` leaves something of the latent point that was decoded unsaid: how far it lay
  // beyond a face, where in a cell, or the coordinates of inactive parameters.
  bool IsLossy(const LatentPoint& encoded) const;

  // Coordinates beyond the cube are brought back to its faces.
  Point Decode(const LatentPoint& latent) const;
  // Continuous coordinates are exact, cells give their middles, inactive parameters 0.5 and the
  // first category.
  LatentPoint Encode(const Point& point) const;
  // `drawn` made to agree with what was tried: continuous coordinates and categories are taken from
  // `point`, stepped ones and those on a face move to the nearest place that decodes to what was
  // tried, and coordinates of inactive parameters stay as drawn.
  LatentPoint Reconcile(LatentPoint drawn, const Point& point) const;

 private:
  const SearchSpace& space_;
  std::vector<Number> numbers_;
  std::vector<Category> categories_;
  bool lossy_ = false;
};

}  // namespace qalam
