// The five groups of BBOB functions, each a file. Each maker draws what its function needs from
// the instance's streams.
#pragma once

#include "bench/samplers/bbob/function.h"
#include "bench/samplers/bbob/transformations.h"

namespace qalam::bbob {

// The random parts of one function's instance.
struct Instance {
  int function = 1;
  uint64_t number = 1;
  Eigen::Index dimension = 2;

  RandomStream Stream(std::string_view purpose) const {
    return RandomStream(number, function, purpose);
  }
  // The place of the optimum of most functions: uniform in [-bound, bound]^D.
  VectorXd Shift(double bound = 4) const {
    RandomStream stream = Stream("bbob.shift");
    return RandomVector(stream, dimension, bound);
  }
  VectorXd Signs() const {
    RandomStream stream = Stream("bbob.signs");
    return RandomSigns(stream, dimension);
  }
  // The report's R and Q.
  MatrixXd FirstRotation() const {
    RandomStream stream = Stream("bbob.first_rotation");
    return RandomRotation(stream, dimension);
  }
  MatrixXd SecondRotation() const {
    RandomStream stream = Stream("bbob.second_rotation");
    return RandomRotation(stream, dimension);
  }
};

using Maker = Landscape (*)(const Instance&);
struct NamedMaker {
  const char* name;
  Maker make;
};

// 1 to 5: separable.
Landscape MakeSphere(const Instance& instance);
Landscape MakeEllipsoidSeparable(const Instance& instance);
Landscape MakeRastriginSeparable(const Instance& instance);
Landscape MakeBuecheRastrigin(const Instance& instance);
Landscape MakeLinearSlope(const Instance& instance);
// 6 to 9: low or moderate conditioning.
Landscape MakeAttractiveSector(const Instance& instance);
Landscape MakeStepEllipsoid(const Instance& instance);
Landscape MakeRosenbrock(const Instance& instance);
Landscape MakeRosenbrockRotated(const Instance& instance);
// 10 to 14: high conditioning, unimodal.
Landscape MakeEllipsoidRotated(const Instance& instance);
Landscape MakeDiscus(const Instance& instance);
Landscape MakeBentCigar(const Instance& instance);
Landscape MakeSharpRidge(const Instance& instance);
Landscape MakeDifferentPowers(const Instance& instance);
// 15 to 19: multimodal with adequate global structure.
Landscape MakeRastriginRotated(const Instance& instance);
Landscape MakeWeierstrass(const Instance& instance);
Landscape MakeSchaffersF7(const Instance& instance);
Landscape MakeSchaffersF7IllConditioned(const Instance& instance);
Landscape MakeGriewankRosenbrock(const Instance& instance);
// 20 to 24: multimodal with weak global structure.
Landscape MakeSchwefel(const Instance& instance);
Landscape MakeGallagher101(const Instance& instance);
Landscape MakeGallagher21(const Instance& instance);
Landscape MakeKatsuura(const Instance& instance);
Landscape MakeLunacekBiRastrigin(const Instance& instance);

}  // namespace qalam::bbob
