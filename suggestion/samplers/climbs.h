// The climbs of a local search, as a function of the finished trials alone.
#pragma once

#include <compare>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "suggestion/samplers/neighbourhood.h"

namespace qalam {

// How good a trial is: the least violation first, then the least loss, then the earliest.
struct Standing {
  double violation = 0;
  double loss = 0;
  int64_t number = 0;
  auto operator<=>(const Standing&) const = default;
};

// Tried points that are neighbours belong to one climb, whichever came first; the best of a climb
// is its summit. A climb is open while its summit has untried neighbours that keep the constraints
// of the space. Points that failed are tried, but belong to no climb.
class Climbs {
 public:
  explicit Climbs(const SearchSpace& space) : space_(space) {}

  // A point that was tried again keeps the better standing. `usable` is false for a failure.
  // O(neighbours).
  void Add(const Point& point, const Standing& standing, bool usable);

  // The summits of open climbs, the best first, until `visit` returns false.
  template <typename Visit>
  void ForEachOpenSummit(Visit visit) const {
    for (const auto& [standing, id] : open_) {
      if (!visit(nodes_[id].point)) return;
    }
  }

 private:
  struct Node {
    Point point;
    Standing standing;
    bool usable = false;
    size_t untried = 0;  // feasible neighbours
    size_t parent = 0;   // in the forest of disjoint sets; the node itself at a root
    size_t summit = 0;   // of the climb, at a root
  };

  size_t Root(size_t id);
  void Unite(size_t a, size_t b);
  // Takes the climb of a node off the open ones, and puts it back if it is open.
  void Withdraw(size_t id);
  void Enter(size_t id);

  const SearchSpace& space_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, size_t> ids_;  // by PointKey
  std::set<std::pair<Standing, size_t>> open_;
};

}  // namespace qalam
