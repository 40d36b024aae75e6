#pragma once

#include <Eigen/Core>
#include <map>
#include <memory>
#include <vector>

#include "suggestion/surrogate/gaussian_process.h"
#include "suggestion/surrogate/point_features.h"

namespace qalam {

// One output of finished trials and the Gaussian process over it, kept up to date cheaply.
//
// Everything is a function of the set of observations. They are ordered by trial number, and
// - the kernel is fitted at fixed counts ("levels") to the observations first in that order, each
//   level's search starting from the level before it, except that every doubling starts afresh;
// - the Cholesky factor is made at a level and grows by one row an observation until the next.
// An observation that comes out of order undoes the levels after its place. Levels trail the newest
// observations by `lag`, so that results of parallel trials, which overtake each other, seldom do.
class IncrementalModel {
 public:
  using Transform = Eigen::VectorXd (*)(const Eigen::VectorXd& outputs);

  // `transform` makes targets of outputs. A reference to `features` is kept.
  IncrementalModel(const PointFeatures& features, Transform transform, int64_t lag)
      : features_(features), transform_(transform), lag_(lag) {}

  // `output` may be infinite, not NaN.
  void Add(int64_t number, const Eigen::VectorXd& encoded, double output);
  Eigen::Index size() const { return static_cast<Eigen::Index>(observations_.size()); }
  // Observations with a higher number.
  int64_t CountAfter(int64_t number) const;

  // The posterior given everything added; size() > 0. Valid until the next call of any member.
  const GaussianProcess& Posterior() const;

 private:
  struct Observation {
    int64_t number;
    double output;
    Eigen::VectorXd encoded;
  };

  std::vector<Eigen::Index> Chosen(Eigen::Index count, Eigen::Index most) const;
  Eigen::MatrixXd Points(const std::vector<Eigen::Index>& rows) const;
  Eigen::VectorXd Targets(const std::vector<Eigen::Index>& rows) const;
  const Eigen::VectorXd& Kernel(Eigen::Index level) const;
  void Rebase(Eigen::Index base) const;

  const PointFeatures& features_;
  const Transform transform_;
  const int64_t lag_;
  std::vector<Observation> observations_;  // by number
  // Caches; `Posterior` brings them up to date.
  mutable std::map<Eigen::Index, Eigen::VectorXd> kernels_;  // by level
  mutable std::unique_ptr<GaussianProcess> process_;
  mutable Eigen::Index base_ = 0;             // how many observations process_ was made from
  mutable std::vector<Eigen::Index> chosen_;  // those of them that it holds; the later ones follow
};

}  // namespace qalam
