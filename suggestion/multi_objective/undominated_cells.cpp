#include "suggestion/multi_objective/undominated_cells.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace qalam {

namespace {

// A cell's corners in all objectives but the last.
using Base = std::pair<ObjectiveVector, ObjectiveVector>;

void Close(const std::map<Base, double>& open, double upper, std::vector<Cell>& cells) {
  for (const auto& [base, lower] : open) {
    Cell cell{base.first, base.second};
    cell.lower.push_back(lower);
    cell.upper.push_back(upper);
    cells.push_back(std::move(cell));
  }
}

// What both sections have goes on from where it began; the rest of `open` ends at `level`.
void Continue(std::map<Base, double>& section, std::map<Base, double>& open, double level,
              std::vector<Cell>& cells) {
  for (auto& [base, lower] : section) {
    const auto below = open.find(base);
    if (below == open.end()) continue;
    lower = below->second;
    open.erase(below);
  }
  Close(open, level, cells);
}

// The cells over the first `dimension` objectives. `points` are better than the reference in these.
std::vector<Cell> Cut(std::vector<ObjectiveVector> points, const ObjectiveVector& reference,
                      size_t dimension) {
  constexpr double kNothing = -std::numeric_limits<double>::infinity();
  const size_t last = dimension - 1;
  if (dimension == 1) {
    double upper = reference[0];
    for (const auto& point : points) upper = std::min(upper, point[0]);
    return {{{kNothing}, {upper}}};
  }
  // Going up the last objective, ever more points have been passed and dominate what is above them.
  std::sort(points.begin(), points.end(),
            [last](const auto& a, const auto& b) { return a[last] < b[last]; });
  std::vector<Cell> cells;
  std::map<Base, double> open;  // the section below, and where each of its cells began
  double lower = kNothing;
  for (size_t passed = 0; passed <= points.size(); ++passed) {
    const double upper = passed < points.size() ? points[passed][last] : reference[last];
    if (lower < upper) {
      std::map<Base, double> section;
      for (Cell& base : Cut({points.begin(), points.begin() + static_cast<std::ptrdiff_t>(passed)},
                            reference, last)) {
        section.emplace(Base{std::move(base.lower), std::move(base.upper)}, lower);
      }
      Continue(section, open, lower, cells);
      open = std::move(section);
    }
    lower = upper;
  }
  Close(open, reference[last], cells);
  return cells;
}

}  // namespace

std::vector<Cell> UndominatedCells(std::span<const ObjectiveVector> front,
                                   const ObjectiveVector& reference) {
  std::vector<ObjectiveVector> inside;
  for (const auto& point : front) {
    bool better = true;
    for (size_t i = 0; i < reference.size(); ++i) better = better && point[i] < reference[i];
    if (better) inside.push_back(point);
  }
  return Cut(std::move(inside), reference, reference.size());
}

}  // namespace qalam
