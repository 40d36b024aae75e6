#pragma once

#include <Eigen/Core>
#include <vector>

#include "suggestion/surrogate/point_features.h"

namespace qalam {

// The parameters theta of MarginalLikelihood of highest posterior density that L-BFGS finds from
// `starts`, of which there is at least one. Ties go to the earlier start.
Eigen::VectorXd FitKernel(const PointFeatures& features, const Eigen::MatrixXd& points,
                          const Eigen::VectorXd& targets,
                          const std::vector<Eigen::VectorXd>& starts, int evaluations_each);

// Starts that differ in what they blame: the priors' medians, short lengthscales with little noise,
// and much noise.
std::vector<Eigen::VectorXd> KernelStarts(const PointFeatures& features);

}  // namespace qalam
