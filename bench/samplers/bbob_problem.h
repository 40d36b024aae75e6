#pragma once

#include "bench/samplers/problem.h"

namespace qalam::bench {

// A BBOB function on [-5, 5]^D. Losses are values; optimum() is f_opt.
StatusOr<std::unique_ptr<Problem>> CreateBbobProblem(int function, int dimension,
                                                     uint64_t instance);

// The same with whole numbers for four fifths of the coordinates: a fifth each of 2, 4, 8 and 16
// values, the rest continuous, after Tusar, Brockhoff, Hansen, "Mixed-integer benchmark problems
// for single- and bi-objective optimization", GECCO 2019. The grid of each coordinate is laid so
// that the function's optimum is on it. `dimension` is a multiple of 5.
StatusOr<std::unique_ptr<Problem>> CreateMixedIntegerBbobProblem(int function, int dimension,
                                                                 uint64_t instance);

}  // namespace qalam::bench
