// What is minimised: a search space and a loss over it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "suggestion/search_space.h"

namespace qalam::bench {

using Json = nlohmann::json;

class Problem {
 public:
  explicit Problem(SearchSpace space) : space_(std::move(space)) {}
  virtual ~Problem() = default;
  Problem(const Problem&) = delete;

  const SearchSpace& space() const { return space_; }
  // Smaller is better; NaN for a trial that fails.
  virtual StatusOr<double> Evaluate(const Point& point) = 0;
  // The least loss there is, where it is known: 0 then means that the problem is solved.
  virtual std::optional<double> optimum() const { return std::nullopt; }

 private:
  SearchSpace space_;
};

}  // namespace qalam::bench
