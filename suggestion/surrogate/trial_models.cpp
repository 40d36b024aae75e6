#include "suggestion/surrogate/trial_models.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "suggestion/surrogate/output_transform.h"

namespace qalam {

namespace {

constexpr double kNoBound = std::numeric_limits<double>::infinity();
constexpr size_t kIncumbents = 5;

// How much of the front the hypervolume is measured over, so that there are some hundred cells (see
// UndominatedCells).
size_t MostOfFront(size_t objectives) {
  constexpr size_t kMost[] = {0, 1, 100, 60, 20};
  constexpr size_t kMany = 8;
  return objectives < std::size(kMost) ? kMost[objectives] : kMany;
}

// A tenth beyond the front's range (Ishibuchi et al., Evol. Comput. 26, 2018), and at least two
// deviations of the standardised targets beyond its best: a front that begins in a corner has to
// see the rest of its objectives to grow there.
ObjectiveVector Reference(const std::vector<ObjectiveVector>& front) {
  constexpr double kBeyond = 0.1, kLeastRange = 2;
  ObjectiveVector reference(front.front().size());
  for (size_t i = 0; i < reference.size(); ++i) {
    double low = kNoBound, high = -kNoBound;
    for (const auto& point : front) {
      low = std::min(low, point[i]);
      high = std::max(high, point[i]);
    }
    reference[i] = std::max(high + kBeyond * (high - low), low + kLeastRange);
  }
  return reference;
}

ObjectiveVector Means(const std::vector<GaussianProcess>& objectives,
                      const Eigen::VectorXd& encoded) {
  ObjectiveVector means;
  for (const auto& objective : objectives) means.push_back(objective.Predict(encoded).mean);
  return means;
}

Acquisition::Processes Pointers(const std::vector<GaussianProcess>& processes) {
  Acquisition::Processes pointers;
  for (const auto& process : processes) pointers.push_back(&process);
  return pointers;
}

}  // namespace

Acquisition Believers::MakeAcquisition(AcquisitionKind kind) const {
  if (!has_feasible) return Acquisition(Pointers(constraints));
  if (objectives.size() == 1) {
    return Acquisition(kind, &objectives.front(), best_target, Pointers(constraints));
  }
  return Acquisition(Pointers(objectives), UndominatedCells(front, Reference(front)),
                     Pointers(constraints));
}

bool TrialModels::Better(const Ranked& a, const Ranked& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  if (a.loss != b.loss) return a.loss < b.loss;
  return a.number < b.number;
}

TrialModels::TrialModels(const PointFeatures& features, int objective_count, int constraint_count,
                         int64_t lag)
    : features_(features) {
  for (int i = 0; i < objective_count; ++i) {
    objectives_.emplace_back(
        features, objective_count == 1 ? TransformLosses : TransformObjectiveLosses, lag);
  }
  for (int i = 0; i < constraint_count; ++i) {
    constraints_.emplace_back(features, TransformViolations, lag);
  }
}

void TrialModels::Learn(const TrialResult& result) {
  ObjectiveVector losses = RankedObjectives(result, static_cast<int>(objectives_.size()));
  bool usable = true;
  const Eigen::VectorXd encoded = features_.Encode(result.point);
  for (size_t i = 0; i < losses.size(); ++i) {
    // +inf is a loss, -inf is no better than not a number.
    if (!std::isfinite(losses[i])) losses[i] = kNoBound;
    usable = usable && std::isfinite(losses[i]);
    objectives_[i].Add(result.number, encoded, losses[i]);
  }
  for (size_t i = 0; i < std::min(constraints_.size(), result.violations.size()); ++i) {
    if (std::isnan(result.violations[i])) continue;
    constraints_[i].Add(result.number, encoded, result.violations[i]);
  }
  if (!usable) return;
  has_usable_ = true;
  const double violation = TotalViolation(result, static_cast<int>(constraints_.size()));
  if (losses.size() > 1) {
    front_.Add({violation, std::move(losses), result.number, result.point});
    return;
  }
  Ranked ranked{violation, losses[0], result.number, result.point};
  best_.insert(std::upper_bound(best_.begin(), best_.end(), ranked, Better), ranked);
  if (best_.size() > kIncumbents) best_.pop_back();
}

int64_t TrialModels::TrialsSinceBest() const {
  return best_.empty() ? 0 : objectives_.front().CountAfter(best_.front().number);
}

std::vector<Point> TrialModels::Incumbents() const {
  std::vector<Point> points;
  for (const auto& ranked : best_) points.push_back(ranked.point);
  // A front is wide: more of its trials are worth searching around.
  constexpr size_t kOfFront = 4 * kIncumbents;
  for (const auto& entry : front_.Spread(kOfFront)) points.push_back(entry.point);
  return points;
}

void TrialModels::BelieveIncumbents(Believers& believers) const {
  if (objectives_.size() > 1) {
    believers.has_feasible = front_.has_feasible();
    for (const auto& entry : front_.Spread(MostOfFront(objectives_.size()))) {
      believers.front.push_back(Means(believers.objectives, features_.Encode(entry.point)));
    }
  } else if (constraints_.empty()) {
    // Of noisy targets the smallest is a lucky one; the smallest mean is what was really reached.
    believers.best_target = believers.objectives[0].MeansAtTargets().minCoeff();
  } else {
    believers.has_feasible = best_.front().violation <= 0;
    believers.best_target =
        believers.objectives[0].Predict(features_.Encode(best_.front().point)).mean;
  }
}

Believers TrialModels::Believe(const std::vector<Point>& pending) const {
  Believers believers;
  for (const auto& objective : objectives_) believers.objectives.push_back(objective.Posterior());
  for (const auto& constraint : constraints_) {
    if (constraint.size() > 0) believers.constraints.push_back(constraint.Posterior());
  }
  BelieveIncumbents(believers);
  for (const auto& point : pending) Extend(believers, point);
  return believers;
}

void TrialModels::Extend(Believers& believers, const Point& point) const {
  const Eigen::VectorXd encoded = features_.Encode(point);
  // What is believed of a pending trial is no incumbent where it may break a constraint.
  if (constraints_.empty()) {
    ObjectiveVector means = Means(believers.objectives, encoded);
    believers.best_target = std::min(believers.best_target, means[0]);
    if (means.size() > 1) believers.front.push_back(std::move(means));
  }
  for (auto& objective : believers.objectives) objective.Append(encoded);
  for (auto& constraint : believers.constraints) constraint.Append(encoded);
}

}  // namespace qalam
