#include "bench/samplers/bbob/function.h"

#include <algorithm>
#include <cmath>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

namespace {

constexpr NamedMaker kFunctions[kFunctionCount] = {
    {"sphere", MakeSphere},
    {"ellipsoid separable", MakeEllipsoidSeparable},
    {"rastrigin separable", MakeRastriginSeparable},
    {"bueche-rastrigin", MakeBuecheRastrigin},
    {"linear slope", MakeLinearSlope},
    {"attractive sector", MakeAttractiveSector},
    {"step ellipsoid", MakeStepEllipsoid},
    {"rosenbrock", MakeRosenbrock},
    {"rosenbrock rotated", MakeRosenbrockRotated},
    {"ellipsoid rotated", MakeEllipsoidRotated},
    {"discus", MakeDiscus},
    {"bent cigar", MakeBentCigar},
    {"sharp ridge", MakeSharpRidge},
    {"different powers", MakeDifferentPowers},
    {"rastrigin rotated", MakeRastriginRotated},
    {"weierstrass", MakeWeierstrass},
    {"schaffers f7", MakeSchaffersF7},
    {"schaffers f7 ill-conditioned", MakeSchaffersF7IllConditioned},
    {"griewank-rosenbrock", MakeGriewankRosenbrock},
    {"schwefel", MakeSchwefel},
    {"gallagher 101 peaks", MakeGallagher101},
    {"gallagher 21 peaks", MakeGallagher21},
    {"katsuura", MakeKatsuura},
    {"lunacek bi-rastrigin", MakeLunacekBiRastrigin},
};

// Section 0.1 of the report: a Cauchy draw of median absolute value 100, rounded to two decimals
// and kept within [-1000, 1000].
double OptimalValue(const Instance& instance) {
  RandomStream stream = instance.Stream("bbob.optimal_value");
  const double cauchy = 100 * stream.Normal() / stream.Normal();
  return std::clamp(std::round(100 * cauchy) / 100, -1000.0, 1000.0);
}

}  // namespace

StatusOr<Function> Function::Create(int number, int dimension, uint64_t instance) {
  if (number < 1 || number > kFunctionCount) {
    return InvalidArgument("BBOB has functions 1 to {}, not {}", kFunctionCount, number);
  }
  if (dimension < 2) return InvalidArgument("BBOB needs 2 dimensions or more, not {}", dimension);
  const Instance drawn{.function = number, .number = instance, .dimension = dimension};
  const NamedMaker& maker = kFunctions[number - 1];
  return Function(maker.name, maker.make(drawn), OptimalValue(drawn));
}

}  // namespace qalam::bbob
