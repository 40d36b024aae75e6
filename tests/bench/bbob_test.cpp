// The BBOB functions against what their definitions promise.

#include <catch2/catch.hpp>
#include <cmath>

#include "bench/samplers/bbob/function.h"
#include "bench/samplers/bbob/transformations.h"

namespace qalam::bbob {
namespace {

Function Make(int number, int dimension, uint64_t instance = 1) {
  auto function = Function::Create(number, dimension, instance);
  REQUIRE(function.ok());
  return *std::move(function);
}

// f(a, b) - f(a', b) - f(a, b') + f(a', b') over coordinates 0 and 1, as a share of the terms; 0
// for every place if the coordinates do not interact.
double Interaction(const Function& function, RandomStream& stream) {
  const VectorXd base = RandomVector(stream, function.optimum().size(), 5);
  const VectorXd other = RandomVector(stream, function.optimum().size(), 5);
  const auto at = [&](bool first, bool second) {
    VectorXd x = base;
    if (first) x(0) = other(0);
    if (second) x(1) = other(1);
    return function.Regret(x);
  };
  const double size = at(false, false) + at(true, false) + at(false, true) + at(true, true);
  return std::abs(at(false, false) - at(true, false) - at(false, true) + at(true, true)) / size;
}

}  // namespace

TEST_CASE("The optimum has the optimal value and no other place has less", "[bbob]") {
  const int number = GENERATE(range(1, kFunctionCount + 1));
  const int dimension = GENERATE(2, 5, 20);
  const uint64_t instance = GENERATE(1, 7);
  CAPTURE(number, dimension, instance);
  const Function function = Make(number, dimension, instance);
  CHECK(function.optimum().cwiseAbs().maxCoeff() <= 5);
  CHECK(std::abs(function.Regret(function.optimum())) < 1e-9);
  CHECK(function.Value(function.optimum()) == Approx(function.optimal_value()).margin(1e-9));
  RandomStream stream(instance, number, "test.places");
  for (int i = 0; i < 200; ++i) {
    CHECK(function.Regret(RandomVector(stream, dimension, 5)) > 0);
    // Near the optimum too, at every scale. The slope f5 is flat on the far side.
    const VectorXd near =
        function.optimum() + RandomVector(stream, dimension, std::pow(10, -i % 6));
    CHECK(function.Regret(near) > -1e-9);
  }
}

TEST_CASE("The functions 1 to 5 are separable and rotated ones are not", "[bbob]") {
  const int number = GENERATE(range(1, kFunctionCount + 1));
  CAPTURE(number);
  const Function function = Make(number, 5);
  RandomStream stream(1, number, "test.interaction");
  double most = 0;
  for (int i = 0; i < 50; ++i) most = std::max(most, Interaction(function, stream));
  if (number <= 5) {
    CHECK(most < 1e-12);
  } else {
    CHECK(most > 1e-6);
  }
}

TEST_CASE("Instances differ, and each is always the same", "[bbob]") {
  const int number = GENERATE(range(1, kFunctionCount + 1));
  CAPTURE(number);
  const VectorXd x = VectorXd::Constant(5, 0.7);
  CHECK(Make(number, 5, 3).Value(x) == Make(number, 5, 3).Value(x));
  CHECK(Make(number, 5, 3).Value(x) != Make(number, 5, 4).Value(x));
}

TEST_CASE("The sphere is the squared distance", "[bbob]") {
  const Function sphere = Make(1, 10);
  const VectorXd x = VectorXd::Constant(10, 1.5);
  CHECK(sphere.Regret(x) == Approx((x - sphere.optimum()).squaredNorm()));
}

TEST_CASE("The separable ellipsoid is a million times as steep in its last coordinate", "[bbob]") {
  const Function ellipsoid = Make(2, 5);
  VectorXd first = ellipsoid.optimum(), last = ellipsoid.optimum();
  first(0) += 0.25;
  last(4) += 0.25;
  CHECK(ellipsoid.Regret(last) / ellipsoid.Regret(first) == Approx(1e6));
}

TEST_CASE("Ill-conditioned functions are a million times as steep in some direction", "[bbob]") {
  // The rotated ellipsoid, the discus and the bent cigar, in the plane, where directions are few.
  const int number = GENERATE(10, 11, 12);
  CAPTURE(number);
  const Function function = Make(number, 2);
  double least = 1e300, most = 0;
  for (int i = 0; i < 20000; ++i) {
    const double angle = 2 * M_PI * i / 20000;
    VectorXd x = function.optimum();
    x(0) += 1e-3 * std::cos(angle);
    x(1) += 1e-3 * std::sin(angle);
    least = std::min(least, function.Regret(x));
    most = std::max(most, function.Regret(x));
  }
  // The oscillation bends the ratio by less than a factor of two.
  CHECK(most / least > 5e5);
  CHECK(most / least < 2e6);
}

TEST_CASE("The linear slope is linear inside and flat beyond the optimum", "[bbob]") {
  const Function slope = Make(5, 5);
  CHECK(slope.optimum().cwiseAbs() == VectorXd::Constant(5, 5));
  const VectorXd step = VectorXd::Constant(5, 0.25);
  const VectorXd middle = VectorXd::Zero(5);
  CHECK(slope.Regret(middle + step) + slope.Regret(middle - step) ==
        Approx(2 * slope.Regret(middle)));
  CHECK(slope.Regret(1.2 * slope.optimum()) == Approx(0).margin(1e-12));
}

TEST_CASE("The step ellipsoid has plateaus", "[bbob]") {
  const Function step = Make(7, 5);
  RandomStream stream(1, 0, "test.plateaus");
  int flat = 0;
  for (int i = 0; i < 100; ++i) {
    const VectorXd x = RandomVector(stream, 5, 4.9);
    flat += step.Regret(x) == step.Regret(x + VectorXd::Constant(5, 1e-6));
  }
  CHECK(flat >= 95);
}

TEST_CASE("Rosenbrock's valley has its known value at its origin", "[bbob]") {
  const int dimension = GENERATE(2, 5, 100);
  CAPTURE(dimension);
  const double scale = std::max(1.0, std::sqrt(dimension) / 8);
  const Function plain = Make(8, dimension);
  const VectorXd origin = plain.optimum() - VectorXd::Constant(dimension, 1 / scale);
  CHECK(plain.Regret(origin) == Approx(dimension - 1));
  // In the rotated ones z = 1 at the optimum and z = 0 at its mirror image.
  const Function rotated = Make(9, dimension);
  CHECK(rotated.Regret(-rotated.optimum()) == Approx(dimension - 1));
  const Function griewank = Make(19, dimension);
  CHECK(griewank.Regret(-griewank.optimum()) == Approx(10 * (1.0 / 4000 + 1 - std::cos(1))));
}

TEST_CASE("The sharp ridge falls linearly towards its optimum across the ridge", "[bbob]") {
  const Function ridge = Make(13, 2);
  RandomStream stream(1, 0, "test.ridge");
  const VectorXd direction = RandomVector(stream, 2, 1);
  const double near = ridge.Regret(ridge.optimum() + 1e-6 * direction);
  const double nearer = ridge.Regret(ridge.optimum() + 1e-7 * direction);
  CHECK(near / nearer == Approx(10).epsilon(1e-3));
}

TEST_CASE("Different powers are linear near the optimum and cubic far away", "[bbob]") {
  // Of the powers 2 to 6 the least rules nearby and the greatest far away, under a square root.
  const Function powers = Make(14, 5);
  RandomStream stream(1, 0, "test.powers");
  const VectorXd direction = RandomVector(stream, 5, 1);
  const auto at = [&](double scale) { return powers.Regret(powers.optimum() + scale * direction); };
  CHECK(at(1e-8) / at(1e-9) == Approx(10).epsilon(1e-3));
  CHECK(at(1e30) / at(1e29) == Approx(1000).epsilon(1e-3));
}

TEST_CASE("Gallagher's peaks are lower than ten away from the optimum", "[bbob]") {
  const int number = GENERATE(21, 22);
  const Function peaks = Make(number, 5);
  RandomStream stream(1, 0, "test.peaks");
  for (int i = 0; i < 1000; ++i) {
    const double regret = peaks.Regret(RandomVector(stream, 5, 5));
    CHECK(regret <= std::pow(Oscillate(10.0), 2));
  }
}

TEST_CASE("The widely spread multimodal functions are penalised beyond the domain", "[bbob]") {
  const int number = GENERATE(4, 7, 16, 17, 18, 20, 21, 22, 23, 24);
  CAPTURE(number);
  const Function function = Make(number, 5);
  RandomStream stream(1, number, "test.outside");
  double inside = 0;
  for (int i = 0; i < 100; ++i) {
    inside = std::max(inside, function.Regret(RandomVector(stream, 5, 5)));
  }
  CHECK(function.Regret(VectorXd::Constant(5, 1e3)) > inside);
}

TEST_CASE("Rotations are orthogonal and conditioning spans its range", "[bbob]") {
  RandomStream stream(1, 0, "test.rotation");
  const MatrixXd rotation = RandomRotation(stream, 20);
  CHECK((rotation.transpose() * rotation - MatrixXd::Identity(20, 20)).cwiseAbs().maxCoeff() <
        1e-13);
  const VectorXd scales = Conditioning(1e4, 7);
  CHECK(scales(0) == 1);
  CHECK(scales(3) == Approx(10));
  CHECK(scales(6) == Approx(100));
}

TEST_CASE("The transformations keep what they should", "[bbob]") {
  CHECK(Oscillate(0.0) == 0);
  CHECK(Oscillate(1.0) == 1);
  CHECK(Oscillate(-1.0) == -1);
  for (double x = 1e-6; x < 1e3; x *= 1.7) {
    // The exponent moves by at most 0.049 (1 + 1).
    CHECK(std::abs(std::log(Oscillate(x) / x)) <= 0.098);
    CHECK(Oscillate(-x) < 0);
  }
  const VectorXd x{{4, -2, 4}};
  const VectorXd bent = MakeAsymmetric(x, 0.5);
  CHECK(bent(0) == 4);
  CHECK(bent(1) == -2);
  CHECK(bent(2) == Approx(std::pow(4, 2)));  // 4^(1 + 0.5 sqrt 4)
  CHECK(BoundaryPenalty(VectorXd{{5, -5, 0}}) == 0);
  CHECK(BoundaryPenalty(VectorXd{{6, -7, 0}}) == 5);
}

TEST_CASE("Functions and dimensions that do not exist are refused", "[bbob]") {
  CHECK_FALSE(Function::Create(0, 5, 1).ok());
  CHECK_FALSE(Function::Create(25, 5, 1).ok());
  CHECK_FALSE(Function::Create(1, 1, 1).ok());
}

}  // namespace qalam::bbob
