#pragma once

#include <span>
#include <string_view>

#include "suggestion/evolution_strategy/search_distribution.h"

namespace qalam {

// What the criteria look at of one generation.
struct GenerationRecord {
  double best = 0;
  double middle = 0;     // median loss
  bool is_flat = false;  // the best k members are equal, k = 1 + ceil(0.1 + population / 4)
};

// The records of a generation; `losses` from the best to the worst, not empty.
GenerationRecord MakeGenerationRecord(std::span<const double> losses);

// Why a run should end, empty while it should not: the criteria of Hansen, GECCO 2009, section 2.1
// (MaxIter, TolHistFun, EqualFunVals, TolX, Stagnation, ConditionCov, NoEffectAxis, NoEffectCoor;
// TolUpSigma cannot occur, since the step size is bounded by the cube). TolHistFun is relative to
// the size of the losses, so that a scaled objective restarts at the same trial.
// Looser tolerances, relative to the spread of the run's losses, were measured on BBOB: they cost
// unimodal functions far more than they gain on multimodal ones, since a local optimum cannot be
// told from the best one before it is reached. Restarts pay from some 300 trials a parameter.
// `start_step` is the run's first step size; `smooth` says of each coordinate whether it is
// continuous: stepped ones, which the margin keeps wide, are no sign of convergence.
std::string_view StoppingReason(const SearchDistribution& distribution,
                                std::span<const GenerationRecord> records, int population,
                                double start_step, const std::vector<bool>& smooth);

}  // namespace qalam
