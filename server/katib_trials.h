// The store's trials as Katib's EarlyStopping service sees them.
#pragma once

#include "controller/controller.h"
#include "db/store.h"
#include "suggestion/service/katib_early_stopping.h"

namespace qalam {

// Observations are read from `store`, whatever address a request names. `controller` is null where
// none runs; then no trial can be stopped (FAILED_PRECONDITION). Both must outlive what is
// returned.
EarlyStoppingWorld StoredTrials(Store& store, Controller* controller);

}  // namespace qalam
