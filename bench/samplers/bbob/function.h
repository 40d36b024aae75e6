// The 24 noiseless BBOB functions, from their definitions: Hansen, Finck, Ros, Auger, INRIA
// RR-6829, 2009. The instances (shifts, rotations, optimal values) are drawn from our own streams,
// so they are other instances of the same classes than COCO's.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>

#include "base/status.h"

namespace qalam::bbob {

constexpr int kFunctionCount = 24;

// What a group of functions gives: where the minimum lies and how far above it a place is.
struct Landscape {
  Eigen::VectorXd optimum;
  std::function<double(const Eigen::VectorXd&)> regret;
};

class Function {
 public:
  // number 1..24; dimension 2 or more; each instance has its own shift, rotations and optimal
  // value. INVALID_ARGUMENT otherwise.
  static StatusOr<Function> Create(int number, int dimension, uint64_t instance);

  // f(x) - f_opt, without the rounding of that subtraction; 0 at the optimum, positive elsewhere
  // but for rounding. Defined on all of R^D, though the search space is [-5, 5]^D.
  double Regret(const Eigen::VectorXd& x) const { return landscape_.regret(x); }
  double Value(const Eigen::VectorXd& x) const { return Regret(x) + optimal_value_; }
  const Eigen::VectorXd& optimum() const { return landscape_.optimum; }
  double optimal_value() const { return optimal_value_; }
  // E.g. "sphere".
  const char* name() const { return name_; }
  // One basin of attraction: functions 1, 2 and 5 to 14 (8 and 9 but for a second, shallow one).
  static bool IsUnimodal(int number) { return number < 15 && number != 3 && number != 4; }

 private:
  Function(const char* name, Landscape landscape, double optimal_value)
      : name_(name), landscape_(std::move(landscape)), optimal_value_(optimal_value) {}

  const char* name_;
  Landscape landscape_;
  double optimal_value_;
};

}  // namespace qalam::bbob
