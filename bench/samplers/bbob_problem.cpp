#include "bench/samplers/bbob_problem.h"

#include <algorithm>
#include <cmath>

#include "bench/samplers/bbob/function.h"

namespace qalam::bench {

namespace {

constexpr double kBound = 5;

// How many values each fifth of the coordinates takes; 0: a continuum.
constexpr int kArities[] = {2, 4, 8, 16, 0};

// Value k of n, evenly spread with the same gap to the bounds of the domain.
double GridPlace(double k, int arity) { return -kBound + 2 * kBound * (k + 1) / (arity + 1); }

Parameter MakeParameter(size_t i, int arity) {
  Parameter parameter{.name = fmt::format("x{}", i)};
  if (arity == 0) {
    parameter.feasible_space = {.min = "-5", .max = "5"};
  } else {
    parameter.type = ParameterType::kInt;
    parameter.feasible_space = {.min = "0", .max = std::to_string(arity - 1)};
  }
  return parameter;
}

class BbobProblem final : public Problem {
 public:
  BbobProblem(SearchSpace space, bbob::Function function, std::vector<int> arities)
      : Problem(std::move(space)),
        function_(std::move(function)),
        arities_(std::move(arities)),
        offsets_(Eigen::VectorXd::Zero(function_.optimum().size())) {
    for (Eigen::Index i = 0; i < offsets_.size(); ++i) {
      const int arity = arities_[i];
      if (arity == 0) continue;
      const double place = function_.optimum()(i);
      const double cell = (place + kBound) * (arity + 1) / (2 * kBound) - 1;
      const double nearest = std::clamp(std::round(cell), 0.0, arity - 1.0);
      offsets_(i) = place - GridPlace(nearest, arity);
    }
  }

  StatusOr<double> Evaluate(const Point& point) override {
    Eigen::VectorXd x = offsets_;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double value = point.values[i];
      x(i) += arities_[i] == 0 ? value : GridPlace(value, arities_[i]);
    }
    return function_.Value(x);
  }

  std::optional<double> optimum() const override { return function_.optimal_value(); }

 private:
  const bbob::Function function_;
  const std::vector<int> arities_;
  Eigen::VectorXd offsets_;  // moves each grid so that the optimum is on it
};

StatusOr<std::unique_ptr<Problem>> Create(int number, uint64_t instance,
                                          const std::vector<int>& arities) {
  ASSIGN_OR_RETURN(auto function,
                   bbob::Function::Create(number, static_cast<int>(arities.size()), instance));
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < arities.size(); ++i) parameters.push_back(MakeParameter(i, arities[i]));
  ASSIGN_OR_RETURN(auto space, SearchSpace::Create(parameters));
  return std::make_unique<BbobProblem>(std::move(space), std::move(function), arities);
}

}  // namespace

StatusOr<std::unique_ptr<Problem>> CreateBbobProblem(int function, int dimension,
                                                     uint64_t instance) {
  return Create(function, instance, std::vector<int>(std::max(dimension, 0), 0));
}

StatusOr<std::unique_ptr<Problem>> CreateMixedIntegerBbobProblem(int function, int dimension,
                                                                 uint64_t instance) {
  if (dimension < 5 || dimension % 5 != 0) {
    return InvalidArgument("mixed-integer BBOB needs a multiple of 5 dimensions, not {}",
                           dimension);
  }
  std::vector<int> arities;
  for (int i = 0; i < dimension; ++i) arities.push_back(kArities[i / (dimension / 5)]);
  return Create(function, instance, arities);
}

}  // namespace qalam::bench
