#include "suggestion/math/minimize.h"

#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace qalam {

namespace {

struct Search {
  const SmoothFunction& function;
  const MinimizeOptions& options;
  Eigen::VectorXd x, gradient;
  Minimum best;
};

// Stands in for infinity: liblbfgs compares and interpolates values, which infinities would poison.
constexpr double kForbidden = 1e100;

lbfgsfloatval_t Evaluate(void* instance, const lbfgsfloatval_t* x, lbfgsfloatval_t* gradient,
                         const int size, const lbfgsfloatval_t) {
  auto& search = *static_cast<Search*>(instance);
  search.x = Eigen::Map<const Eigen::VectorXd>(x, size);
  double value = search.function(search.x, search.gradient);
  ++search.best.evaluations;
  if (!std::isfinite(value) || !search.gradient.allFinite()) {
    value = kForbidden;
    search.gradient.setZero(size);
  }
  Eigen::Map<Eigen::VectorXd>(gradient, size) = search.gradient;
  if (value < search.best.value) {
    search.best.value = value;
    search.best.x = search.x;
  }
  return value;
}

int Progress(void* instance, const lbfgsfloatval_t*, const lbfgsfloatval_t*, const lbfgsfloatval_t,
             const lbfgsfloatval_t, const lbfgsfloatval_t, const lbfgsfloatval_t, int, int, int) {
  const auto& search = *static_cast<const Search*>(instance);
  return search.best.evaluations >= search.options.max_evaluations ? 1 : 0;
}

}  // namespace

Minimum Minimize(const SmoothFunction& function, const Eigen::VectorXd& start,
                 const MinimizeOptions& options) {
  const int size = static_cast<int>(start.size());
  Search search{function, options, {}, Eigen::VectorXd::Zero(size), {}};
  search.best.x = start;
  search.best.value = std::numeric_limits<double>::infinity();
  if (size == 0) return search.best;
  const std::unique_ptr<lbfgsfloatval_t, void (*)(lbfgsfloatval_t*)> x(lbfgs_malloc(size),
                                                                       lbfgs_free);
  Eigen::Map<Eigen::VectorXd>(x.get(), size) = start;
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.m = 10;
  parameters.epsilon = options.gradient_tolerance;
  parameters.past = 10;
  parameters.delta = options.value_tolerance;
  // A line search that has not settled by then is in numerical noise.
  parameters.max_linesearch = 12;
  // The result code says why the search ended; the best point met stands whatever the reason.
  lbfgs(size, x.get(), nullptr, Evaluate, Progress, &search, &parameters);
  return search.best;
}

Minimum MinimizeInUnitCube(const SmoothFunction& function, const Eigen::VectorXd& start,
                           const MinimizeOptions& options) {
  // On a face itself the slope along t is zero, and a start there could never leave it.
  constexpr double kLeastAngle = 0.1;
  const Eigen::VectorXd angles =
      (1 - 2 * start.array()).max(-1).min(1).acos().max(kLeastAngle).min(M_PI - kLeastAngle);
  const auto cube_point = [](const Eigen::VectorXd& t) -> Eigen::VectorXd {
    return (1 - t.array().cos()) / 2;
  };
  Minimum minimum = Minimize(
      [&](const Eigen::VectorXd& t, Eigen::VectorXd& gradient) {
        const double value = function(cube_point(t), gradient);
        gradient.array() *= t.array().sin() / 2;
        return value;
      },
      angles, options);
  minimum.x = cube_point(minimum.x);
  return minimum;
}

}  // namespace qalam
