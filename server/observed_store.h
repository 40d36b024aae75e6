#pragma once

#include <memory>

#include "db/store.h"
#include "server/activity.h"
#include "server/change_log.h"

namespace qalam {

// A store that writes what each successful Commit changed into `changes`, after it is durable, and
// counts it in `activity`. They must outlive it. Whoever reads the log's sequence first and the
// store then, sees at least what the log had up to there.
std::unique_ptr<Store> MakeObservedStore(std::unique_ptr<Store> store, const Clock& clock,
                                         ChangeLog& changes, Activity& activity);

}  // namespace qalam
