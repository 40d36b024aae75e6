#pragma once

#include <memory>

#include "controller/operators/operator.h"
#include "controller/operators/simulated_world.h"

namespace qalam {

// An operator over the simulated world, for tests of schedules and of scale: a full member of the
// conformance suite. Any number of them may share a world, which must outlive them; each finds the
// jobs of the others. The handle is the trial's folder, in which nothing is ever written. Its Watch
// tells of every job of the world.
std::unique_ptr<TrialOperator> MakeSimulatedOperator(SimulatedWorld& world);

}  // namespace qalam
