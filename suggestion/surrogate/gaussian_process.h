#pragma once

#include <Eigen/Core>

namespace qalam {

// What is learnt of a kernel. Targets are thought of as mean + scale * (f + noise), with f = a
// smooth function of unit variance + a rough one (see matern_kernel.h); mean and scale follow from
// the targets in closed form.
struct KernelParameters {
  Eigen::VectorXd weights;  // one a feature: 1 / lengthscale^2
  double noise = 0;         // variance relative to the smooth function's
  double roughness = 0;     // the rough function's variance, relative likewise
};

// Mean and variance of f, with the targets' mean and scale: predictions are of targets, noise-free.
struct Prediction {
  double mean = 0;
  double variance = 0;
};

struct PredictionGradient {
  Prediction prediction;
  Eigen::VectorXd mean_gradient;  // with respect to the features
  Eigen::VectorXd variance_gradient;
};

// The closed forms of mean and variance of targets under their priors: the mean is normal about 0
// with kMeanDeviation times the scale, the squared scale inverse-gamma.
inline constexpr double kMeanDeviation = 1.0;  // standardised targets have no reason to be far off
// Shape and scale of the inverse gamma: a mode of 1, as standardised targets have, and so wide
// that a dozen targets overrule it. Long lengthscales need scales far above 1.
inline constexpr double kScaleShape = 1.0;
inline constexpr double kScaleRate = 2.0;

struct TargetMoments {
  double mean = 0;
  double variance = 0;    // of the scale's square
  double quadratic = 0;   // (y - mean)' K^-1 (y - mean) + mean^2 / kMeanDeviation^2
  Eigen::VectorXd alpha;  // K^-1 (y - mean)
};
// `inverse_times_ones` = K^-1 1 and `inverse_times_targets` = K^-1 y.
TargetMoments EstimateMoments(const Eigen::VectorXd& targets,
                              const Eigen::VectorXd& inverse_times_ones,
                              const Eigen::VectorXd& inverse_times_targets);

// A Gaussian process given kernel parameters: exact posterior by Cholesky factor (Rasmussen and
// Williams, 2006, algorithm 2.1), grown a point at a time.
class GaussianProcess {
 public:
  // `points`: features x n. Room is made for `capacity` points, n at least; it grows when needed.
  GaussianProcess(const KernelParameters& parameters, const Eigen::MatrixXd& points,
                  Eigen::Index capacity);

  // One more point, whose target may be given later or never: a point without a target is a
  // "believer" (Ginsbourger et al., 2010), one whose target is taken to be the mean predicted for
  // it, so that it narrows the variance and leaves the mean. O(n^2).
  void Append(const Eigen::VectorXd& features);
  // Forgets all but the first n points.
  void Truncate(Eigen::Index n) { size_ = n; }
  Eigen::Index size() const { return size_; }
  Eigen::Index capacity() const { return factor_.rows(); }

  // Targets of the first points; 1 <= targets.size() <= size().
  void SetTargets(const Eigen::VectorXd& targets);
  // Noise-free means at the points that have targets.
  Eigen::VectorXd MeansAtTargets() const;
  const TargetMoments& moments() const { return moments_; }
  Eigen::Block<const Eigen::MatrixXd> Factor() const { return factor_.topLeftCorner(size_, size_); }

  // Columns of `points` are features; means and variances one a column.
  void Predict(const Eigen::Ref<const Eigen::MatrixXd>& points, Eigen::VectorXd& means,
               Eigen::VectorXd& variances) const;
  Prediction Predict(const Eigen::VectorXd& features) const;
  PredictionGradient PredictWithGradient(const Eigen::VectorXd& features) const;

 private:
  double Variance(double explained) const;

  Eigen::VectorXd root_weights_;
  double noise_;
  double roughness_;
  Eigen::Index size_ = 0;
  Eigen::MatrixXd scaled_;  // features x capacity
  Eigen::VectorXd norms_;   // of the columns of scaled_, squared
  Eigen::MatrixXd factor_;  // lower Cholesky factor, capacity x capacity
  Eigen::VectorXd targets_;
  TargetMoments moments_;
};

}  // namespace qalam
