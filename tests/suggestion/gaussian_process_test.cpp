#include "suggestion/surrogate/gaussian_process.h"

#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "suggestion/surrogate/fit_kernel.h"
#include "suggestion/surrogate/hyperparameter_prior.h"
#include "suggestion/surrogate/incremental_model.h"
#include "suggestion/surrogate/marginal_likelihood.h"
#include "suggestion/surrogate/output_transform.h"

namespace qalam {
namespace {

SearchSpace ModelSpace() {
  Parameter x{.name = "x"}, y{.name = "y"};
  x.feasible_space = y.feasible_space = {.min = "0", .max = "1"};
  Parameter word{.name = "word", .type = ParameterType::kCategorical};
  word.feasible_space.list = {"a", "b", "c"};
  return *SearchSpace::Create({x, y, word});
}

Eigen::MatrixXd RandomPoints(const SearchSpace& space, const PointFeatures& features, int count) {
  RandomStream stream(5, 0, "test.points");
  Eigen::MatrixXd points(features.size(), count);
  for (int i = 0; i < count; ++i) {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
    for (auto& coordinate : unit) coordinate = stream.Uniform();
    points.col(i) = features.Encode(space.FromUnit(unit));
  }
  return points;
}

Eigen::VectorXd SomeTargets(int count) {
  RandomStream stream(6, 0, "test.targets");
  Eigen::VectorXd targets(count);
  for (auto& target : targets) target = stream.Normal();
  return targets;
}

KernelParameters SomeParameters(Eigen::Index features) {
  KernelParameters parameters;
  parameters.weights = Eigen::VectorXd::LinSpaced(features, 0.5, 6);
  parameters.noise = 0.01;
  parameters.roughness = 0.3;
  return parameters;
}

// Rasmussen and Williams, equation 4.17, written out for two points.
double Matern(double r) {
  return (1 + std::sqrt(5.0) * r + 5.0 / 3 * r * r) * std::exp(-std::sqrt(5.0) * r);
}
double Kernel(const KernelParameters& parameters, const Eigen::VectorXd& a,
              const Eigen::VectorXd& b) {
  const double r = std::sqrt((parameters.weights.array() * (a - b).array().square()).sum());
  return Matern(r) + parameters.roughness * Matern(10 * r);
}

}  // namespace

TEST_CASE("The posterior is that of the dense closed form", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  constexpr int kCount = 12;
  const auto points = RandomPoints(space, features, kCount);
  const auto targets = SomeTargets(kCount);
  const auto parameters = SomeParameters(features.size());
  GaussianProcess process(parameters, points, kCount);
  process.SetTargets(targets);

  Eigen::MatrixXd covariance(kCount, kCount);
  for (int i = 0; i < kCount; ++i) {
    for (int j = 0; j < kCount; ++j) {
      covariance(i, j) = Kernel(parameters, points.col(i), points.col(j));
    }
    covariance(i, i) += parameters.noise;
  }
  const Eigen::MatrixXd inverse = covariance.inverse();
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(kCount);
  // The mean's posterior mode under its prior.
  const double mean = ones.dot(inverse * targets) /
                      (ones.dot(inverse * ones) + 1 / (kMeanDeviation * kMeanDeviation));
  CHECK(process.moments().mean == Approx(mean));

  const auto others = RandomPoints(space, features, 20);
  for (int k = 0; k < others.cols(); ++k) {
    Eigen::VectorXd cross(kCount);
    for (int i = 0; i < kCount; ++i) cross(i) = Kernel(parameters, points.col(i), others.col(k));
    const auto prediction = process.Predict(Eigen::VectorXd(others.col(k)));
    CHECK(prediction.mean ==
          Approx(mean + cross.dot(inverse * (targets - mean * ones))).margin(1e-10));
    CHECK(prediction.variance == Approx(process.moments().variance *
                                        (1 + parameters.roughness - cross.dot(inverse * cross)))
                                     .margin(1e-9));
  }
}

TEST_CASE("Gradients of a prediction match finite differences", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  const auto points = RandomPoints(space, features, 15);
  GaussianProcess process(SomeParameters(features.size()), points, 15);
  process.SetTargets(SomeTargets(15));
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(features.size(), 0.37);
  const auto analytic = process.PredictWithGradient(at);
  constexpr double kStep = 1e-6;
  for (Eigen::Index i = 0; i < features.size(); ++i) {
    Eigen::VectorXd above = at, below = at;
    above(i) += kStep;
    below(i) -= kStep;
    const auto high = process.Predict(above), low = process.Predict(below);
    CHECK(analytic.mean_gradient(i) == Approx((high.mean - low.mean) / (2 * kStep)).margin(1e-6));
    CHECK(analytic.variance_gradient(i) ==
          Approx((high.variance - low.variance) / (2 * kStep)).margin(1e-6));
  }
}

TEST_CASE("The likelihood's gradient matches finite differences", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  const auto points = RandomPoints(space, features, 20);
  const auto targets = SomeTargets(20);
  const MarginalLikelihood likelihood(features, points, targets);
  Eigen::VectorXd theta = MarginalLikelihood::PriorMedian(features);
  theta.array() += GENERATE(-1.0, 0.0, 0.5);
  Eigen::VectorXd gradient(theta.size()), ignored(theta.size());
  REQUIRE(std::isfinite(likelihood(theta, gradient)));
  constexpr double kStep = 1e-5;
  for (Eigen::Index i = 0; i < theta.size(); ++i) {
    Eigen::VectorXd above = theta, below = theta;
    above(i) += kStep;
    below(i) -= kStep;
    const double slope = (likelihood(above, ignored) - likelihood(below, ignored)) / (2 * kStep);
    CHECK(gradient(i) == Approx(slope).epsilon(1e-4).margin(1e-5));
  }
}

TEST_CASE("What scatters without repeating itself is rough, what does not repeat is noise",
          "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  constexpr int kPairs = 40;
  const auto places = RandomPoints(space, features, kPairs);
  // Each place twice, next to each other, with targets that nothing but the place explains.
  Eigen::MatrixXd points(places.rows(), 2 * kPairs);
  points << places, places.array() + 1e-4;
  const auto scatter = SomeTargets(2 * kPairs);
  const bool repeats = GENERATE(true, false);
  CAPTURE(repeats);
  Eigen::VectorXd targets = scatter;
  if (repeats) targets.tail(kPairs) = targets.head(kPairs);
  const auto theta = FitKernel(features, points, targets, KernelStarts(features), 80);
  const auto parameters = MarginalLikelihood::Parameters(features, theta);
  GaussianProcess process(parameters, points, 2 * kPairs);
  process.SetTargets(targets);
  const auto beside = process.Predict(points.col(0));
  if (repeats) {
    CHECK(parameters.noise < 1e-3);
    CHECK(beside.mean == Approx(targets(0)).margin(0.05));
    CHECK(std::sqrt(beside.variance) < 0.1);
  } else {
    CHECK(parameters.noise > 0.1 * (1 + parameters.roughness));
    CHECK(std::sqrt(beside.variance) > 0.1);
  }
}

TEST_CASE("A factor that grew a row at a time is the factor", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  const auto points = RandomPoints(space, features, 30);
  const auto parameters = SomeParameters(features.size());
  // With less room than it comes to need.
  GaussianProcess grown(parameters, points.leftCols(10), 12);
  for (int i = 10; i < 30; ++i) grown.Append(points.col(i));
  const GaussianProcess whole(parameters, points, 30);
  const Eigen::MatrixXd difference =
      Eigen::MatrixXd(grown.Factor().triangularView<Eigen::Lower>()) -
      Eigen::MatrixXd(whole.Factor().triangularView<Eigen::Lower>());
  CHECK(difference.cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("A believer narrows the variance and leaves the mean", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  const auto points = RandomPoints(space, features, 11);
  GaussianProcess process(SomeParameters(features.size()), points.leftCols(10), 11);
  process.SetTargets(SomeTargets(10));
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(features.size(), 0.4);
  const auto before = process.Predict(at);
  process.Append(points.col(10));
  const auto after = process.Predict(at);
  CHECK(after.mean == Approx(before.mean).margin(1e-9));
  CHECK(after.variance < before.variance);
}

TEST_CASE("A model kept up to date is the model made at once", "[gaussian-process]") {
  const auto space = ModelSpace();
  const PointFeatures features(space);
  constexpr int kCount = 45;
  const auto points = RandomPoints(space, features, kCount);
  const auto outputs = SomeTargets(kCount);
  IncrementalModel kept(features, TransformLosses, 3);
  for (int i = 0; i < kCount; ++i) {
    kept.Add(i, points.col(i), outputs(i));
    kept.Posterior();
  }
  IncrementalModel made(features, TransformLosses, 3);
  for (int i = kCount - 1; i >= 0; --i) made.Add(i, points.col(i), outputs(i));
  const Eigen::VectorXd at = Eigen::VectorXd::Constant(features.size(), 0.6);
  const auto a = kept.Posterior().Predict(at);
  const auto b = made.Posterior().Predict(at);
  CHECK(a.mean == b.mean);
  CHECK(a.variance == b.variance);
}

TEST_CASE("Losses become targets in the same order, however heavy their tail",
          "[gaussian-process]") {
  Eigen::VectorXd losses(7);
  losses << 3, 1e9, 1, 2, INFINITY, 40, 1.5;
  const Eigen::VectorXd targets = TransformLosses(losses);
  for (Eigen::Index i = 0; i < losses.size(); ++i) {
    for (Eigen::Index j = 0; j < losses.size(); ++j) {
      if (losses(i) < losses(j)) CHECK(targets(i) <= targets(j));
    }
  }
  CHECK(targets(4) == targets(1));  // a failure is as bad as the worst
  CHECK(targets.mean() == Approx(0).margin(1e-9));
  CHECK(targets(3) - targets(2) > 0.05);  // the good ones are still told apart
}

TEST_CASE("A loss beyond all measure leaves the others apart", "[gaussian-process]") {
  const double most = std::numeric_limits<double>::max();
  const double penalty = GENERATE_COPY(1e4, 1e16, 1e60, 1e110, 1e308, most, -1e16, -most);
  CAPTURE(penalty);
  const auto transform = GENERATE(TransformLosses, TransformObjectiveLosses);
  Eigen::VectorXd losses = SomeTargets(40);
  losses(15) = losses(30) = penalty;
  // Or among the first.
  const bool early = GENERATE(false, true);
  if (early) losses(3) = penalty;
  const Eigen::VectorXd targets = transform(losses);
  REQUIRE(targets.allFinite());
  // How far apart targets are whose losses are a deviation of the others apart.
  double least = INFINITY;
  for (Eigen::Index i = 0; i < losses.size(); ++i) {
    for (Eigen::Index j = 0; j < losses.size(); ++j) {
      if (losses(i) + 1 < losses(j)) least = std::min(least, targets(j) - targets(i));
    }
  }
  CHECK(least > 0.005);
}

TEST_CASE("A penalty does not become the scale of the others", "[gaussian-process]") {
  const auto transform = GENERATE(TransformLosses, TransformObjectiveLosses);
  const double penalty = std::numeric_limits<double>::max();
  // The quartiles are one, so that the range is looked at.
  Eigen::VectorXd plateau = Eigen::VectorXd::Constant(20, 5);
  plateau(4) = 4;
  plateau(9) = 3;
  plateau(12) = penalty;
  // The upper quartile is a penalty.
  Eigen::VectorXd many = Eigen::VectorXd::LinSpaced(20, 1, 5);
  many(9) = 0.5;
  many.tail(8).setConstant(penalty);
  for (const auto& losses : {plateau, many}) {
    const Eigen::VectorXd targets = transform(losses);
    REQUIRE(targets.allFinite());
    CHECK(targets(9) + 1e-3 < targets(4));
    CHECK(targets(4) + 1e-3 < targets(5));
    CHECK(targets(5) + 1e-3 < targets(12));
  }
}

TEST_CASE("Losses as far apart as numbers can be become finite targets", "[gaussian-process]") {
  const auto transform = GENERATE(TransformLosses, TransformObjectiveLosses);
  const double most = std::numeric_limits<double>::max();
  Eigen::VectorXd losses(6);
  losses << -most, most, 0, 1, -most, most;
  CHECK(transform(losses).allFinite());
}

TEST_CASE("A violation beyond all measure is a finite target", "[gaussian-process]") {
  Eigen::VectorXd violations(4);
  violations << -1e-3, 1e-3, 2e-3, std::numeric_limits<double>::max();
  const Eigen::VectorXd targets = TransformViolations(violations);
  REQUIRE(targets.allFinite());
  CHECK(targets(1) < targets(2));
  CHECK(targets(2) < targets(3));
}

TEST_CASE("The border of a violation stays at zero", "[gaussian-process]") {
  Eigen::VectorXd violations(5);
  violations << -2, 0, 1, 1000, INFINITY;
  const Eigen::VectorXd targets = TransformViolations(violations);
  CHECK(targets(0) < 0);
  CHECK(targets(1) == 0);
  CHECK(targets(2) > 0);
  CHECK(targets(3) == targets(4));
}

}  // namespace qalam
