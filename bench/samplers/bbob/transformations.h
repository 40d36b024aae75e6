// The building blocks of the BBOB functions: Hansen, Finck, Ros, Auger, "Real-parameter black-box
// optimization benchmarking 2009: noiseless functions definitions", INRIA RR-6829, section 0.2.
#pragma once

#include <Eigen/Core>

#include "base/random.h"

namespace qalam::bbob {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// (i - 1) / (D - 1) for i = 1..D, the exponent that spreads scales over the coordinates; 0 when D
// is 1.
double Spread(Eigen::Index i, Eigen::Index dimension);

// T_osz: smooth, slight oscillations about the identity; keeps the sign and zero.
double Oscillate(double x);
VectorXd Oscillate(const VectorXd& x);

// T_asy^beta: stretches the positive half of each coordinate, more so the later ones.
VectorXd MakeAsymmetric(const VectorXd& x, double beta);

// The diagonal of Lambda^alpha: from 1 to sqrt(alpha), geometrically.
VectorXd Conditioning(double alpha, Eigen::Index dimension);

// f_pen: the squared distance by which coordinates leave [-5, 5].
double BoundaryPenalty(const VectorXd& x);

// An orthogonal matrix, uniformly distributed: Gram-Schmidt on standard normal columns.
MatrixXd RandomRotation(RandomStream& stream, Eigen::Index dimension);

// Coordinates drawn uniformly from [-bound, bound].
VectorXd RandomVector(RandomStream& stream, Eigen::Index dimension, double bound);

// Coordinates -1 or 1, each equally likely.
VectorXd RandomSigns(RandomStream& stream, Eigen::Index dimension);

}  // namespace qalam::bbob
