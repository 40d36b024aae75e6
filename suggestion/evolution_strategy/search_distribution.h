#pragma once

#include <Eigen/Core>

#include "suggestion/evolution_strategy/strategy_parameters.h"

namespace qalam {

// The normal distribution N(mean, (step_size * scale)^2 C) of a CMA-ES and all that its adaptation
// carries from one generation to the next. Hansen, arXiv:1604.00772 (equations cited below), with
// the diagonal `scale` of Hamano et al., GECCO 2022 (all ones without discrete dimensions).
// Copyable; in no dimensions every member does nothing.
struct SearchDistribution {
  SearchDistribution() = default;
  // An isotropic start.
  SearchDistribution(Eigen::VectorXd mean, double step_size);
  // A start with a known shape; `covariance` symmetric and positive definite.
  SearchDistribution(Eigen::VectorXd mean, double step_size, const Eigen::MatrixXd& covariance);

  // Maps a standard normal vector to a sample: m + sigma A B D z (equations 38 to 40).
  Eigen::VectorXd Sample(const Eigen::VectorXd& normal) const;
  // Of the samples, along one coordinate.
  double StandardDeviation(Eigen::Index i) const;

  // One generation. Column i of `samples` has rank i, the best first; `weights` holds one weight
  // per column, those of `parameters` averaged over ties.
  void Update(const StrategyParameters& parameters, const Eigen::VectorXd& weights,
              const Eigen::MatrixXd& samples);
  // Multiplies the step size; it stays within what the unit cube can show.
  void ScaleStep(double factor);

  Eigen::VectorXd mean;
  double step_size = 0;
  Eigen::MatrixXd covariance;    // only the lower triangle is kept up to date
  Eigen::MatrixXd axes;          // B: eigenvectors of the covariance, at its last decomposition
  Eigen::VectorXd axis_lengths;  // D: square roots of its eigenvalues
  Eigen::MatrixXd transform;     // B D
  Eigen::VectorXd scale;         // A, a diagonal
  Eigen::VectorXd path_sigma;
  Eigen::VectorXd path_covariance;
  int generation = 0;
  int decomposed = 0;  // the generation of the last decomposition

 private:
  void Decompose();
  // Lengths of the columns of C^(-1/2) Y; `rotated` becomes B^T Y, divided by D.
  Eigen::VectorXd Whiten(const Eigen::MatrixXd& steps, Eigen::MatrixXd& rotated) const;
  void UpdateCovariance(const StrategyParameters& parameters, const Eigen::VectorXd& weights,
                        const Eigen::VectorXd& lengths, const Eigen::MatrixXd& steps,
                        bool path_grew_normally);
};

}  // namespace qalam
