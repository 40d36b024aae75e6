#include "suggestion/surrogate/truncated_normal.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

namespace qalam {
namespace {

double Cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double Pdf(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

}  // namespace

TEST_CASE("The tabulated normal distribution function agrees with erfc", "[parzen]") {
  double worst = 0;
  for (double x = -10; x <= 10; x += 0.00371) {
    worst = std::max(worst, std::fabs(TabulatedNormalCdf(x) - Cdf(x)));
  }
  CHECK(worst < 1e-9);
  CHECK(TabulatedNormalCdf(-INFINITY) == 0);
  CHECK(TabulatedNormalCdf(INFINITY) == 1);
}

TEST_CASE("Draws from a truncated normal have its mean and variance", "[parzen]") {
  const auto [center, deviation] =
      GENERATE(table<double, double>({{0.0, 0.1}, {0.5, 0.5}, {0.93, 0.2}, {0.4, 0.01}}));
  CAPTURE(center, deviation);
  const double a = (0 - center) / deviation, b = (1 - center) / deviation;
  const double mass = Cdf(b) - Cdf(a);
  CHECK(TruncatedNormalMass(center, deviation) == Approx(mass).epsilon(1e-8));
  // Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions 1, section 10.1.
  const double shift = (Pdf(a) - Pdf(b)) / mass;
  const double mean = center + deviation * shift;
  const double variance =
      deviation * deviation * (1 + (a * Pdf(a) - b * Pdf(b)) / mass - shift * shift);
  RandomStream stream(5, 0, "test");
  constexpr int kDraws = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = SampleTruncatedNormal(center, deviation, stream);
    REQUIRE(x >= 0);
    REQUIRE(x <= 1);
    sum += x;
    squares += (x - mean) * (x - mean);
  }
  // Four standard errors.
  CHECK(sum / kDraws == Approx(mean).margin(4 * std::sqrt(variance / kDraws)));
  CHECK(squares / kDraws == Approx(variance).epsilon(0.04));
}

}  // namespace qalam
