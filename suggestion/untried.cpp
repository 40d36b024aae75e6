#include "suggestion/untried.h"

#include <cmath>
#include <limits>

namespace qalam {

Point DrawUniform(const SearchSpace& space, RandomStream& stream) {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
  for (auto& coordinate : unit) coordinate = stream.Uniform();
  return space.FromUnit(unit);
}

bool PointAt(const SearchSpace& space, uint64_t index, Point& point) {
  std::vector<uint64_t> digits(space.size());
  for (size_t i = space.size(); i-- > 0;) {
    const uint64_t size = space[i].cardinality();
    digits[i] = index % size;
    index /= size;
  }
  // Values are set directly: a unit coordinate would round where the distribution is not uniform.
  point.values.assign(space.size(), std::numeric_limits<double>::quiet_NaN());
  for (size_t i = 0; i < space.size(); ++i) point.values[i] = space[i].ValueAt(digits[i]);
  bool is_first = true;
  // A parent that turns inactive takes its children along, at most as deep as there are dimensions.
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < space.size(); ++i) {
      if (std::isnan(point.values[i]) || space.IsActive(i, point)) continue;
      point.values[i] = std::numeric_limits<double>::quiet_NaN();
      is_first = is_first && digits[i] == 0;
      changed = true;
    }
  }
  return is_first;
}

Point DrawUntried(const SearchSpace& space, const TakenPoints& taken, RandomStream& stream,
                  const std::function<Point()>& draw) {
  // In a space that is half tried, 32 draws miss with probability 2^-32.
  constexpr int kDraws = 32;
  Point point;
  for (int i = 0; i < kDraws; ++i) {
    point = draw();
    if (!taken.Contains(point)) return point;
  }
  const uint64_t cardinality = space.cardinality();
  if (cardinality == 0) return point;
  // Each step passes a taken point or a double, so the walk is as long as the history at most.
  const uint64_t start = stream.UniformInt(cardinality);
  constexpr uint64_t kMostSteps = 1 << 22;
  for (uint64_t i = 0; i < std::min(cardinality, kMostSteps); ++i) {
    Point candidate;
    if (PointAt(space, (start + i) % cardinality, candidate) && !taken.Contains(candidate)) {
      return candidate;
    }
  }
  return point;
}

}  // namespace qalam
