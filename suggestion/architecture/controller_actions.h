#pragma once

#include <vector>

#include "nas/architecture/controller_decisions.h"
#include "suggestion/search_space.h"

namespace qalam {

// Points of a finite space as the actions of an architecture controller. A chain's layers are
// decided as ENAS does; any other parameter is a choice among its values, or, where it has many,
// one digit of the value's place after the other, the coarsest first.
class ControllerActions {
 public:
  // Every dimension must have finitely many values, and none may be conditional.
  explicit ControllerActions(const SearchSpace& space);

  const std::vector<nas::ControllerDecision>& decisions() const { return decisions_; }
  Point Decode(const std::vector<int>& actions) const;
  // Decode gives the point back.
  std::vector<int> Encode(const Point& point) const;

 private:
  // A parameter's actions: `digits` of them with `base` options each, or one with all values.
  struct Digits {
    int digits = 1;
    int base = 0;
    uint64_t codes = 0;  // base ^ digits, at least as many as there are values
  };

  const SearchSpace space_;
  std::vector<Digits> own_;  // by dimension, up to the space's own_size()
  std::vector<nas::ControllerDecision> decisions_;
};

}  // namespace qalam
