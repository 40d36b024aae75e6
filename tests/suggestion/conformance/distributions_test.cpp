// That parameters follow the distributions that the user gave, truncated to the bounds. Random
// search draws from them as they are, so it is the one that can be held against closed forms.

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

double NormalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

// Of a normal distribution with the middle of the range as its mean and a sixth of it as its
// standard deviation, as Katib has it, truncated to three deviations.
double TruncatedNormalCdf(double x, double low, double high) {
  const double z = (x - (low + high) / 2) / ((high - low) / 6);
  return (NormalCdf(z) - NormalCdf(-3)) / (NormalCdf(3) - NormalCdf(-3));
}

struct Case {
  Distribution distribution;
  const char* low;
  const char* high;
  std::function<double(double)> cdf;
};

}  // namespace

TEST_CASE("Random draws follow each distribution", "[sampler]") {
  const Case cases[] = {
      {Distribution::kUniform, "-1.5", "2.5", [](double x) { return (x + 1.5) / 4; }},
      {Distribution::kLogUniform, "1e-6", "1e2", [](double x) { return (std::log10(x) + 6) / 8; }},
      {Distribution::kNormal, "-3", "5", [](double x) { return TruncatedNormalCdf(x, -3, 5); }},
      {Distribution::kLogNormal, "1e-3", "10",
       [](double x) { return TruncatedNormalCdf(std::log10(x), -3, 1); }}};
  for (const Case& it : cases) {
    CAPTURE(static_cast<int>(it.distribution));
    const Bench bench = MakeBench(
        "random", {Range("x", ParameterType::kDouble, it.low, it.high, "", it.distribution)});
    constexpr int kDraws = 2000;
    std::vector<double> values;
    for (const auto& proposal : ProposalsAfter(bench, {}, {.count = kDraws})) {
      values.push_back(it.cdf(proposal.point.values[0]));
    }
    std::sort(values.begin(), values.end());
    double distance = 0;  // Kolmogorov-Smirnov
    for (int i = 0; i < kDraws; ++i) {
      distance = std::max({distance, std::abs(values[i] - 1.0 * i / kDraws),
                           std::abs(values[i] - (i + 1.0) / kDraws)});
    }
    CHECK(values.front() >= 0);
    CHECK(values.back() <= 1);
    CHECK(distance < 1.95 / std::sqrt(kDraws));  // passed by a right sampler 999 times of 1,000
  }
}

TEST_CASE("Random draws give every whole number, step and list value the same mass", "[sampler]") {
  const Bench bench =
      MakeBench("random", {Range("whole", ParameterType::kInt, "-1", "3"),
                           Range("step", ParameterType::kDouble, "0", "0.4", "0.1"),
                           List("list", ParameterType::kDiscrete, {"8", "1", "4", "2", "16"}),
                           List("word", ParameterType::kCategorical, {"a", "b", "c", "d", "e"}),
                           Range("x", ParameterType::kDouble, "0", "1")});
  constexpr int kDraws = 5000, kValues = 5;
  int counts[4][kValues] = {};
  for (const auto& proposal : ProposalsAfter(bench, {}, {.count = kDraws})) {
    for (size_t d = 0; d < 4; ++d) {
      ++counts[d][(*bench.space)[d].IndexOf(proposal.point.values[d])];
    }
  }
  for (int d = 0; d < 4; ++d) {
    double chi_square = 0;
    for (const int count : counts[d]) chi_square += std::pow(count - kDraws / kValues, 2);
    CAPTURE(d);
    CHECK(chi_square / (kDraws / kValues) < 18.5);  // four degrees of freedom, 999 of 1,000
  }
}

}  // namespace qalam
