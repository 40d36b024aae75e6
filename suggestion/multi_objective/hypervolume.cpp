#include "suggestion/multi_objective/hypervolume.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace qalam {

namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

using Points = std::vector<ObjectiveVector>;

// The part of the plane that the points so far dominate, kept as its lower left staircase.
class Staircase {
 public:
  Staircase(double right, double top) : right_(right), top_(top) {}

  double area() const { return area_; }

  void Insert(double x, double y) {
    auto next = steps_.upper_bound(x);
    double roof = next == steps_.begin() ? top_ : std::prev(next)->second;
    if (roof <= y) return;
    next = steps_.lower_bound(x);
    double left = x;
    while (next != steps_.end() && next->second >= y) {
      area_ += (next->first - left) * (roof - y);
      left = next->first;
      roof = next->second;
      next = steps_.erase(next);
    }
    area_ += ((next == steps_.end() ? right_ : next->first) - left) * (roof - y);
    steps_.emplace_hint(next, x, y);
  }

 private:
  double right_, top_;
  double area_ = 0;
  std::map<double, double> steps_;  // x to y; y falls as x grows
};

double SweepPlane(const Points& points, const ObjectiveVector& reference) {
  Staircase stairs(reference[0], reference[1]);
  for (const ObjectiveVector& point : points) stairs.Insert(point[0], point[1]);
  return stairs.area();
}

// Raises a plane through the third objective; between two points the section does not change.
double SweepSpace(Points points, const ObjectiveVector& reference) {
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[2] < b[2]; });
  Staircase stairs(reference[0], reference[1]);
  double volume = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    stairs.Insert(points[i][0], points[i][1]);
    const double above = i + 1 < points.size() ? points[i + 1][2] : reference[2];
    volume += stairs.area() * (above - points[i][2]);
  }
  return volume;
}

// The worst corners of `point` with each of `others`, in the first `dimension` objectives, without
// those that another dominates: what `point` dominates together with the others is what they do.
Points LimitedBy(const ObjectiveVector& point, std::span<const ObjectiveVector> others,
                 size_t dimension) {
  Points limited;
  for (const ObjectiveVector& other : others) {
    ObjectiveVector corner(dimension);
    for (size_t i = 0; i < dimension; ++i) corner[i] = std::max(point[i], other[i]);
    const auto covers = [](const ObjectiveVector& a, const ObjectiveVector& b) {
      for (size_t i = 0; i < a.size(); ++i) {
        if (a[i] > b[i]) return false;
      }
      return true;
    };
    if (std::any_of(limited.begin(), limited.end(),
                    [&](const ObjectiveVector& kept) { return covers(kept, corner); })) {
      continue;
    }
    std::erase_if(limited, [&](const ObjectiveVector& kept) { return covers(corner, kept); });
    limited.push_back(std::move(corner));
  }
  return limited;
}

double BoxVolume(const ObjectiveVector& point, const ObjectiveVector& reference, size_t dimension) {
  double volume = 1;
  for (size_t i = 0; i < dimension; ++i) volume *= reference[i] - point[i];
  return volume;
}

// `points` are better than the reference in each of the first `dimension` objectives.
double Volume(Points points, const ObjectiveVector& reference, size_t dimension) {
  if (points.empty()) return 0;
  if (dimension == 1) {
    double best = points[0][0];
    for (const ObjectiveVector& point : points) best = std::min(best, point[0]);
    return reference[0] - best;
  }
  if (dimension == 2) return SweepPlane(points, reference);
  if (dimension == 3) return SweepSpace(std::move(points), reference);
  // From the worst in the last objective to the best: each is limited by better ones only, so that
  // its exclusive part is a prism over the objectives before.
  const size_t last = dimension - 1;
  std::sort(points.begin(), points.end(),
            [last](const auto& a, const auto& b) { return a[last] > b[last]; });
  double volume = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const double base =
        BoxVolume(points[i], reference, last) -
        Volume(LimitedBy(points[i], std::span(points).subspan(i + 1), last), reference, last);
    volume += base * (reference[last] - points[i][last]);
  }
  return volume;
}

bool IsInside(const ObjectiveVector& point, const ObjectiveVector& reference) {
  for (size_t i = 0; i < point.size(); ++i) {
    if (!(point[i] < reference[i])) return false;
  }
  return true;
}

bool HasNegativeInfinity(const ObjectiveVector& point) {
  return std::find(point.begin(), point.end(), -kUnbounded) != point.end();
}

}  // namespace

double Hypervolume(std::span<const ObjectiveVector> points, const ObjectiveVector& reference) {
  Points inside;
  for (const ObjectiveVector& point : points) {
    if (!IsInside(point, reference)) continue;
    if (HasNegativeInfinity(point)) return kUnbounded;
    inside.push_back(point);
  }
  const double volume = Volume(std::move(inside), reference, reference.size());
  return std::isfinite(volume) ? volume : kUnbounded;  // huge numbers overflow
}

std::vector<double> ExclusiveHypervolumes(std::span<const ObjectiveVector> points,
                                          const ObjectiveVector& reference) {
  Points inside;
  std::vector<size_t> places;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!IsInside(points[i], reference)) continue;
    inside.push_back(points[i]);
    places.push_back(i);
  }
  std::vector<double> volumes(points.size(), 0);
  for (size_t i = 0; i < inside.size(); ++i) {
    // The point itself goes to the end, out of the span of the others.
    std::swap(inside[i], inside.back());
    const ObjectiveVector& point = inside.back();
    Points limited = LimitedBy(point, std::span(inside).first(inside.size() - 1), point.size());
    const bool covered = std::find(limited.begin(), limited.end(), point) != limited.end();
    if (!covered && HasNegativeInfinity(point)) {
      volumes[places[i]] = kUnbounded;
    } else if (!covered) {
      const double alone = BoxVolume(point, reference, point.size()) -
                           Volume(std::move(limited), reference, reference.size());
      volumes[places[i]] = std::isfinite(alone) ? std::max(alone, 0.0) : kUnbounded;
    }
    std::swap(inside[i], inside.back());
  }
  return volumes;
}

ObjectiveVector ReferencePoint(std::span<const ObjectiveVector> points) {
  constexpr double kBeyond = 0.1;  // Ishibuchi et al.: 1 / (points per objective - 1), about ten
  ObjectiveVector reference(points[0].size());
  for (size_t i = 0; i < reference.size(); ++i) {
    double low = kUnbounded, high = -kUnbounded;
    for (const ObjectiveVector& point : points) {
      if (!std::isfinite(point[i])) continue;
      low = std::min(low, point[i]);
      high = std::max(high, point[i]);
    }
    if (low > high) low = high = 0;  // nothing finite
    double beyond = kBeyond * high - kBeyond * low;
    if (beyond == 0) beyond = kBeyond * (high == 0 ? 1 : std::abs(high));
    reference[i] = std::min(high + beyond, std::numeric_limits<double>::max());
  }
  return reference;
}

}  // namespace qalam
