// Multi-fidelity search on recorded learning curves, with a simulated clock.
#pragma once

#include <Eigen/Core>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "suggestion/search_space.h"

namespace qalam::bench {

using Json = nlohmann::json;

// Configurations with their loss after each step of training. A place between them trains as the
// nearest one does, by distance in the unit cube.
class LearningCurves {
 public:
  // The file is one JSON object: {"parameters": [...], "configurations":
  // [{"parameters": {NAME: VALUE}, "losses": [...]}, ...]}, all with equally many losses.
  static StatusOr<LearningCurves> Read(const std::string& file);

  const SearchSpace& space() const { return space_; }
  int steps() const { return static_cast<int>(losses_.front().size()); }
  // The losses of the configuration nearest to `unit`, a point of the unit cube of space().
  const std::vector<double>& Nearest(const Eigen::VectorXd& unit) const;

 private:
  explicit LearningCurves(SearchSpace space) : space_(std::move(space)) {}

  SearchSpace space_;
  Eigen::MatrixXd units_;  // one column a configuration
  std::vector<std::vector<double>> losses_;
};

// A job of kind "curves":
//   {"problem": {"kind": "curves", "file": FILE, "workers": 4, "resource": NAME},
//    "optimizer": {"kind": "own", ...}, "seed": 1, "budget": 100}
// With a "resource", the search space has a further whole number of that name, 1 to steps(), by
// which the sampler says how long a trial trains; a trial is trained from its beginning. Without,
// every trial trains to the end. Every step takes as long, and `workers` trials run at a time, for
// as long as `budget` full trainings last one after the other.
// The result: {"trace": [[TIME, BEST], ...], "trials": N, "regret": false, "cpu_seconds": S}, with
// the time in durations of a full training, and every step of a trial counted when it is taken.
StatusOr<Json> RunLearningCurves(const Json& job);

}  // namespace qalam::bench
