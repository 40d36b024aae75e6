#include "suggestion/samplers/climbs.h"

#include "suggestion/history.h"

namespace qalam {

void Climbs::Add(const Point& point, const Standing& standing, bool usable) {
  const auto [place, is_new] = ids_.try_emplace(PointKey(point), nodes_.size());
  const size_t id = place->second;
  if (is_new) {
    nodes_.push_back({.point = point, .parent = id, .summit = id});
  } else if (!usable || (nodes_[id].usable && nodes_[id].standing <= standing)) {
    return;
  }
  std::vector<size_t> around;
  size_t untried = 0;
  for (const Point& neighbour : Neighbours(space_, point)) {
    const auto found = ids_.find(PointKey(neighbour));
    if (found != ids_.end()) {
      around.push_back(found->second);
    } else if (space_.IsFeasible(neighbour)) {
      ++untried;
    }
  }
  Withdraw(id);
  for (const size_t other : around) Withdraw(other);
  if (is_new) {
    nodes_[id].untried = untried;
    // A point known from elsewhere may break the constraints; it was never counted then.
    if (space_.IsFeasible(point)) {
      for (const size_t other : around) --nodes_[other].untried;
    }
  }
  if (usable) {
    nodes_[id].standing = standing;
    nodes_[id].usable = true;
    Unite(id, id);
    for (const size_t other : around) {
      if (nodes_[other].usable) Unite(id, other);
    }
  }
  Enter(id);
  for (const size_t other : around) Enter(other);
}

size_t Climbs::Root(size_t id) {
  while (nodes_[id].parent != id) {
    nodes_[id].parent = nodes_[nodes_[id].parent].parent;
    id = nodes_[id].parent;
  }
  return id;
}

void Climbs::Unite(size_t a, size_t b) {
  const size_t root = Root(a);
  const size_t other = Root(b);
  nodes_[other].parent = root;
  for (const size_t summit : {nodes_[other].summit, a}) {
    if (nodes_[summit].standing < nodes_[nodes_[root].summit].standing) {
      nodes_[root].summit = summit;
    }
  }
}

void Climbs::Withdraw(size_t id) {
  const size_t summit = nodes_[Root(id)].summit;
  open_.erase({nodes_[summit].standing, summit});
}

void Climbs::Enter(size_t id) {
  const size_t summit = nodes_[Root(id)].summit;
  if (nodes_[summit].usable && nodes_[summit].untried > 0) {
    open_.emplace(nodes_[summit].standing, summit);
  }
}

}  // namespace qalam
