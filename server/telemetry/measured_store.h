#pragma once

#include <memory>

#include "db/store.h"
#include "server/telemetry/telemetry.h"

namespace qalam {

// The store, timed: each call, and what its commits bring. `telemetry` must outlive it.
std::unique_ptr<Store> MakeMeasuredStore(std::unique_ptr<Store> store, Telemetry& telemetry);

}  // namespace qalam
