#include "suggestion/surrogate/matern_kernel.h"

namespace qalam {

namespace {

constexpr double kFiner = 10;

// m of sqrt(5) r, and dm/ds.
auto Matern(const Eigen::ArrayXd& scaled, const Eigen::ArrayXd& decay) {
  return (1 + scaled * (1 + scaled / 3)) * decay;
}
auto MaternSlope(const Eigen::ArrayXd& scaled, const Eigen::ArrayXd& decay) {
  return (-5.0 / 6.0) * (1 + scaled) * decay;
}

// exp(-kFiner x) of exp(-x), by four products: exponentials are what a kernel costs.
void MakeFiner(Eigen::ArrayXd& scaled, Eigen::ArrayXd& decay) {
  static_assert(kFiner == 10);
  scaled *= kFiner;
  decay = decay.square();
  decay *= decay.square().square();
}

}  // namespace

// All work a column at a time, so that it stays in the cache over the passes.
void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness) {
  Eigen::ArrayXd scaled, decay;
  for (Eigen::Index j = 0; j < squared_distances.cols(); ++j) {
    auto column = squared_distances.col(j).array();
    scaled = (5.0 * column).max(0).sqrt();
    decay = (-scaled).exp();
    column = Matern(scaled, decay);
    MakeFiner(scaled, decay);
    column += roughness * Matern(scaled, decay);
  }
}

void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness,
                   Eigen::Ref<Eigen::MatrixXd> slopes) {
  Eigen::MatrixXd rough(squared_distances.rows(), squared_distances.cols());
  KernelInPlace(squared_distances, roughness, slopes, rough);
}

void KernelInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances, double roughness,
                   Eigen::Ref<Eigen::MatrixXd> slopes, Eigen::Ref<Eigen::MatrixXd> rough) {
  Eigen::ArrayXd scaled, decay;
  for (Eigen::Index j = 0; j < squared_distances.cols(); ++j) {
    auto column = squared_distances.col(j).array();
    scaled = (5.0 * column).max(0).sqrt();
    decay = (-scaled).exp();
    column = Matern(scaled, decay);
    slopes.col(j) = MaternSlope(scaled, decay);
    MakeFiner(scaled, decay);
    rough.col(j) = Matern(scaled, decay);
    column += roughness * rough.col(j).array();
    slopes.col(j).array() += roughness * kFiner * kFiner * MaternSlope(scaled, decay);
  }
}

Eigen::MatrixXd SquaredDistances(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                 const Eigen::Ref<const Eigen::MatrixXd>& b) {
  Eigen::MatrixXd distances(a.cols(), b.cols());
  distances.noalias() = -2.0 * a.transpose() * b;
  const Eigen::VectorXd a_norms = a.colwise().squaredNorm();
  const Eigen::VectorXd b_norms = b.colwise().squaredNorm();
  for (Eigen::Index j = 0; j < b.cols(); ++j) {
    distances.col(j) = (distances.col(j).array() + a_norms.array() + b_norms(j)).max(0);
  }
  return distances;
}

}  // namespace qalam
