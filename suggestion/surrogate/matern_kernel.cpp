#include "suggestion/surrogate/matern_kernel.h"

namespace qalam {

// Both work a column at a time, so that it stays in the cache over the passes.
void MaternInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances) {
  Eigen::ArrayXd scaled;
  for (Eigen::Index j = 0; j < squared_distances.cols(); ++j) {
    auto column = squared_distances.col(j).array();
    scaled = (5.0 * column).max(0).sqrt();
    column = (1 + scaled * (1 + scaled / 3)) * (-scaled).exp();
  }
}

void MaternInPlace(Eigen::Ref<Eigen::MatrixXd> squared_distances,
                   Eigen::Ref<Eigen::MatrixXd> slopes) {
  Eigen::ArrayXd scaled, decay;
  for (Eigen::Index j = 0; j < squared_distances.cols(); ++j) {
    auto column = squared_distances.col(j).array();
    scaled = (5.0 * column).max(0).sqrt();
    decay = (-scaled).exp();
    column = (1 + scaled * (1 + scaled / 3)) * decay;
    slopes.col(j).array() = (-5.0 / 6.0) * (1 + scaled) * decay;
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
