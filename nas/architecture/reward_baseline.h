#pragma once

namespace qalam::nas {

// The moving average of rewards that REINFORCE subtracts (Williams, Machine Learning 8, 1992;
// Pham et al. 2018, appendix C.1), and of their distance from it. Both are corrected for having
// begun at nothing, as Adam's are, so that the first rewards count in full.
class RewardBaseline {
 public:
  // `decay` in [0, 1]; 1 keeps the plain average of all.
  explicit RewardBaseline(double decay) : decay_(decay) {}

  void Add(double reward);
  double value() const { return weight_ > 0 ? sum_ / weight_ : 0; }
  // Root of the mean squared distance; 0 when all rewards were alike.
  double spread() const;

 private:
  double decay_;
  double weight_ = 0, sum_ = 0, squares_ = 0;
};

}  // namespace qalam::nas
