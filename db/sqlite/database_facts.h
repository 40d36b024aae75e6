#pragma once

#include <string>

#include "base/clock.h"
#include "base/status.h"

namespace qalam::sqlite {

// The database's size, settings, how many rows each table has and whether it is sound, as text for
// people. Only reads, also beside a server; gives up what takes longer than `longest` in all.
StatusOr<std::string> DatabaseFacts(const std::string& path, Duration longest = absl::Seconds(30));

}  // namespace qalam::sqlite
