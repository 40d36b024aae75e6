#include "nas/architecture/reward_baseline.h"

#include <algorithm>
#include <cmath>

namespace qalam::nas {

void RewardBaseline::Add(double reward) {
  weight_ = decay_ * weight_ + 1;
  sum_ = decay_ * sum_ + reward;
  squares_ = decay_ * squares_ + reward * reward;
}

double RewardBaseline::spread() const {
  if (weight_ == 0) return 0;
  return std::sqrt(std::max(0.0, squares_ / weight_ - value() * value()));
}

}  // namespace qalam::nas
