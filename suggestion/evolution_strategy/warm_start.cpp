#include "suggestion/evolution_strategy/warm_start.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

// gamma and alpha of the paper's section 5.
constexpr double kPromisingShare = 0.1;
constexpr double kKernelDeviation = 0.1;

SearchDistribution FitNumbers(const std::vector<Member>& best) {
  const Eigen::Index n = best[0].latent.numbers.size();
  const auto count = static_cast<double>(best.size());
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(n);
  for (const auto& member : best) mean += member.latent.numbers / count;
  Eigen::MatrixXd covariance =
      Eigen::MatrixXd::Identity(n, n) * kKernelDeviation * kKernelDeviation;
  for (const auto& member : best) {
    const Eigen::VectorXd offset = member.latent.numbers - mean;
    covariance += offset * offset.transpose() / count;
  }
  // The step size takes the volume, so that the determinant of the shape is one.
  const Eigen::MatrixXd root = covariance.llt().matrixL();
  const double step = std::exp(root.diagonal().array().log().sum() / static_cast<double>(n));
  return {mean, step, covariance / (step * step)};
}

}  // namespace

void WarmStart(std::vector<Member> results, SearchDistribution& numbers,
               CategoryDistribution& categories) {
  std::erase_if(results, [](const Member& member) { return !std::isfinite(member.loss); });
  if (results.empty()) return;
  std::sort(results.begin(), results.end(), RanksBefore);
  results.resize(
      static_cast<size_t>(std::ceil(kPromisingShare * static_cast<double>(results.size()))));
  if (numbers.mean.size() > 0) numbers = FitNumbers(results);

  std::vector<Eigen::VectorXd> shares;
  for (size_t i = 0; i < categories.size(); ++i) {
    // One more sample spread evenly, so that a category that was not seen is not ruled out.
    Eigen::VectorXd counts = categories.probabilities(i);
    for (const auto& member : results) counts(member.latent.categories[i]) += 1;
    shares.push_back(counts / counts.sum());
  }
  categories.Set(std::move(shares));
}

}  // namespace qalam
