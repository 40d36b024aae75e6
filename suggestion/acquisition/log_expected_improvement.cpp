#include "suggestion/acquisition/log_expected_improvement.h"

#include <cmath>

namespace qalam {

namespace {

const double kLogRootTwoPi = 0.5 * std::log(2 * M_PI);

// From here down, differences of erfc would lose digits and the continued fraction is quick.
constexpr double kTail = -5;

double Density(double z) { return std::exp(-z * z / 2 - kLogRootTwoPi); }
double Cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

// F = 1 / (t + 2 / (t + 3 / (t + ...))), so that Mills' ratio Phi(-t) / phi(t) = 1 / (t + F)
// (Laplace; Abramowitz and Stegun, 26.2.14).
double TailFraction(double t) {
  constexpr int kTerms = 60;  // full precision from t = 5 on
  double denominator = t;
  for (int k = kTerms; k >= 2; --k) denominator = t + k / denominator;
  return 1 / denominator;
}

}  // namespace

Sloped LogExpectedImprovement(double z) {
  if (z > kTail) {
    const double cdf = Cdf(z);
    const double improvement = Density(z) + z * cdf;
    return {std::log(improvement), cdf / improvement};
  }
  // phi(z) (1 - t M(t)) with M = 1 / (t + F) is phi(z) F / (t + F): nothing cancels.
  const double t = -z;
  const double fraction = TailFraction(t);
  return {-t * t / 2 - kLogRootTwoPi + std::log(fraction / (t + fraction)), 1 / fraction};
}

Sloped LogNormalCdf(double z) {
  if (z > kTail) {
    const double cdf = Cdf(z);
    // log1p keeps the digits of what is missing to certainty.
    const double value = z > 0 ? std::log1p(-Cdf(-z)) : std::log(cdf);
    return {value, Density(z) / cdf};
  }
  const double t = -z;
  const double inverse_mills = t + TailFraction(t);
  return {-t * t / 2 - kLogRootTwoPi - std::log(inverse_mills), inverse_mills};
}

}  // namespace qalam
