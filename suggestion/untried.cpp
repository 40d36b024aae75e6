#include "suggestion/untried.h"

#include <cmath>
#include <limits>

namespace qalam {

Point DrawUniform(const SearchSpace& space, RandomStream& stream) {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
  Point point;
  for (int i = 0; i < kMostFeasibleDraws; ++i) {
    for (auto& coordinate : unit) coordinate = stream.Uniform();
    point = space.FromUnit(unit);
    if (space.IsFeasible(point)) break;
  }
  return point;
}

Status CheckFeasible(const SearchSpace& space) {
  if (space.constraints().empty()) return absl::OkStatus();
  // Any stream would do; a fixed one gives the same verdict every time.
  RandomStream stream(0, 0, "feasible");
  if (space.IsFeasible(DrawUniform(space, stream))) return absl::OkStatus();
  const uint64_t cardinality = space.cardinality();
  if (cardinality == 0 || cardinality > kMostSteps) {
    return InvalidArgument("none of {} points drawn keeps the constraints", kMostFeasibleDraws);
  }
  Point point;
  for (uint64_t i = 0; i < cardinality; ++i) {
    if (PointAt(space, i, point) && space.IsFeasible(point)) return absl::OkStatus();
  }
  return InvalidArgument("no point of the search space keeps the constraints");
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
  // The draws may be a model's, which need not know the constraints.
  for (int i = 0; i < kDraws && !space.constraints().empty(); ++i) {
    point = DrawUniform(space, stream);
    if (!taken.Contains(point)) return point;
    if (!space.IsFeasible(point)) break;
  }
  const uint64_t cardinality = space.cardinality();
  if (cardinality == 0) return point;
  // Without constraints each step passes a taken point or a double, so that the walk is as long as
  // the history at most.
  const uint64_t start = stream.UniformInt(cardinality);
  for (uint64_t i = 0; i < std::min(cardinality, kMostSteps); ++i) {
    Point candidate;
    if (!PointAt(space, (start + i) % cardinality, candidate)) continue;
    if (!taken.Contains(candidate)) return candidate;
    if (!space.IsFeasible(point)) point = candidate;
  }
  return point;
}

}  // namespace qalam
