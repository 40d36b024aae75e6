#pragma once

#include <vector>

#include "suggestion/acquisition/acquisition.h"
#include "suggestion/multi_objective/front_archive.h"
#include "suggestion/sampler.h"
#include "suggestion/surrogate/incremental_model.h"
#include "suggestion/surrogate/point_features.h"

namespace qalam {

// The processes with pending trials in them, and what is to be improved on.
struct Believers {
  std::vector<GaussianProcess> objectives;
  std::vector<GaussianProcess> constraints;
  bool has_feasible = true;            // otherwise only feasibility is sought
  double best_target = 0;              // one objective: of the incumbent, a feasible one if any is
  std::vector<ObjectiveVector> front;  // several: the means at the trials that none dominates

  // References to this are kept. `kind` counts for one objective; with several it is the expected
  // hypervolume improvement.
  Acquisition MakeAcquisition(AcquisitionKind kind) const;
};

// What all finished trials of an experiment say: a Gaussian process for each objective and outcome
// constraint, and the incumbents. A function of the set of results.
class TrialModels {
 public:
  // A reference to `features` is kept. `lag` as for IncrementalModel.
  TrialModels(const PointFeatures& features, int objective_count, int constraint_count,
              int64_t lag);

  void Learn(const TrialResult& result);
  int64_t size() const { return objectives_.front().size(); }
  // Whether a trial has given every objective as a number.
  bool has_usable() const { return has_usable_; }
  // With one objective, how many trials after the best one have not improved on it.
  int64_t TrialsSinceBest() const;
  // The best few with one objective, some of the front with several.
  std::vector<Point> Incumbents() const;

  // has_usable() must hold.
  Believers Believe(const std::vector<Point>& pending) const;
  void Extend(Believers& believers, const Point& point) const;

 private:
  // With one objective: feasible ones come first.
  struct Ranked {
    double violation = 0;  // the sum of what is broken; infinite for an unknown
    double loss = 0;
    int64_t number = 0;
    Point point;
  };
  static bool Better(const Ranked& a, const Ranked& b);

  void BelieveIncumbents(Believers& believers) const;

  const PointFeatures& features_;
  bool has_usable_ = false;
  std::vector<IncrementalModel> objectives_;
  std::vector<IncrementalModel> constraints_;
  std::vector<Ranked> best_;  // with one objective, the best first
  FrontArchive front_;        // with several
};

}  // namespace qalam
