// What the Parzen-estimator samplers know of the past.
#pragma once

#include <Eigen/Core>
#include <memory>
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

struct Observation {
  double violation = 0;  // summed over the outcome constraints; 0: all hold
  double loss = 0;       // the main objective; infinite when any objective is missing
  int64_t number = 0;
  Eigen::VectorXd coordinates;     // as TpeHistory::Encode gives them
  std::vector<double> objectives;  // only when there are several; all infinite with the loss
};

// Observations in order of violation, then of loss, then of number, so that any feasible trial goes
// before any that breaks a constraint (Deb, Comput. Methods Appl. Mech. Eng. 186, 2000). Each
// insertion moves pointers only, so 50,000 trials stay cheap.
class TpeHistory {
 public:
  // `groups` as GroupParameters gives them.
  TpeHistory(const SamplerContext& context, std::vector<std::vector<size_t>> groups);

  void Add(const TrialResult& result);
  const std::vector<std::vector<size_t>>& groups() const { return groups_; }
  // The observations in which the group is active, best first.
  const std::vector<const Observation*>& Ordered(size_t group) const { return ordered_[group]; }
  // Informative trials, and those of them with a finite loss.
  size_t size() const { return owned_.size(); }
  size_t usable() const { return usable_; }
  const PointSet& finished() const { return finished_; }

  // One coordinate a parameter: a category's index, a number's place in the unit interval, NaN
  // where inactive.
  Eigen::VectorXd Encode(const Point& point) const;
  // How many of n are "good": the best gamma * sqrt(n), as in Bergstra's code, when gamma is given;
  // else a tenth, at most 25, since a wider set of the good blurs the optimum.
  static size_t GoodCount(const TpeOptions& options, size_t n);

 private:
  const SearchSpace space_;
  const std::vector<std::vector<size_t>> groups_;
  const int objective_count_, constraint_count_;
  std::vector<std::unique_ptr<Observation>> owned_;
  std::vector<std::vector<const Observation*>> ordered_;  // [group]
  size_t usable_ = 0;
  PointSet finished_;
};

}  // namespace qalam
