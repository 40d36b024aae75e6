// What both Parzen-estimator samplers know of the past.
#pragma once

#include <Eigen/Core>
#include <set>
#include <vector>

#include "suggestion/history.h"
#include "suggestion/registry.h"

namespace qalam {

struct TpeOptions {
  std::optional<double> gamma;
  double prior_weight = 1;
  int candidates = 24;
  int startup_trials = 10;
  uint64_t seed = 0;
};

TpeOptions ReadTpeOptions(const SamplerContext& context);
std::vector<SettingSchema> TpeSettings();

// A finished or pending trial in the unit cube; a NaN coordinate is an inactive parameter.
struct Observation {
  double loss = 0;
  int64_t number = 0;
  Eigen::VectorXd unit;
};

// Observations in order of loss, then of number. Each insertion moves pointers only, so 50,000
// trials stay cheap.
class TpeHistory {
 public:
  explicit TpeHistory(const SearchSpace& space) : space_(space) {}

  // Returns the new observation, or null for a result that says nothing.
  const Observation* Add(const TrialResult& result);
  const std::vector<const Observation*>& by_loss() const { return by_loss_; }
  // Those with a finite loss.
  size_t usable() const { return usable_; }
  const PointSet& finished() const { return finished_; }
  Eigen::VectorXd Encode(const Point& point) const;
  // How many of the best are "good": gamma * sqrt(n) as Bergstra's code has it when gamma is given,
  // else a tenth, which keeps the model of a young run from resting on one or two points; never
  // more than 25, since a wider set of the good blurs the optimum.
  size_t GoodCount(const TpeOptions& options) const;

 private:
  const SearchSpace& space_;
  std::vector<std::unique_ptr<Observation>> owned_;
  std::vector<const Observation*> by_loss_;
  size_t usable_ = 0;
  PointSet finished_;
};

}  // namespace qalam
