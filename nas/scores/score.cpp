#include "nas/scores/score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace qalam::nas {

const std::vector<Score>& Scores() {
  static const std::vector<Score> scores = {{"synflow", SynflowScore},
                                            {"naswot", NaswotScore},
                                            {"jacobian-covariance", JacobianCovarianceScore}};
  return scores;
}

std::vector<double> RanksOf(const std::vector<double>& scores) {
  std::vector<double> values = scores;
  for (double& value : values) {
    if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
  }
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    }
  }
  return ranks;
}

}  // namespace qalam::nas
