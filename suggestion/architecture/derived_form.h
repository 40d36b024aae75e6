#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"
#include "nas/architecture/chain_space.h"

namespace qalam {

struct Point;

// Parameters that a search space has beyond the user's own, derived from spec.nasConfig, and how a
// trial is told of their values. They are the last of the space's dimensions.
class DerivedForm {
 public:
  virtual ~DerivedForm() = default;

  virtual std::vector<Parameter> Parameters() const = 0;
  // Whether this is the name of an assignment that Format makes.
  virtual bool Owns(const std::string& assignment) const = 0;
  // The assignments for a point whose derived values begin at `first`.
  virtual std::vector<Assignment> Format(const Point& point, size_t first) const = 0;
  // Fills in the derived values from assignments that it owns. NOT_FOUND or OUT_OF_RANGE when they
  // are missing or not of the space.
  virtual Status Parse(const std::vector<Assignment>& assignments, size_t first,
                       Point& point) const = 0;
  // The chain whose layers the parameters are: an operation for each layer, followed by its skips.
  // Null when the trial searches by itself.
  virtual const nas::ChainSpace* chain() const = 0;
};

}  // namespace qalam
