#pragma once

#include <memory>
#include <string>

#include "controller/operators/operator.h"
#include "server/telemetry/telemetry.h"

namespace qalam {

// The engine, timed. `telemetry` must outlive it.
std::unique_ptr<TrialOperator> MakeMeasuredOperator(std::unique_ptr<TrialOperator> measured,
                                                    const std::string& engine,
                                                    Telemetry& telemetry);

}  // namespace qalam
