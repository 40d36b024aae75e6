// What people do to a database as a whole.
#pragma once

#include <string>

#include "base/status.h"
#include "db/database.h"

namespace qalam {

// Gives the room of what was deleted back, and makes the planner's statistics anew. Of an SQLite
// file it takes as much room again while it works, and writers wait.
Status CompactDatabase(const DatabaseAddress& address);

// A copy of an SQLite file as it is at one moment, while others read and write it; whole or not
// there at all. ALREADY_EXISTS where `target` is, FAILED_PRECONDITION for PostgreSQL, which has
// programs for that.
Status BackUpDatabase(const DatabaseAddress& address, const std::string& target);

}  // namespace qalam
