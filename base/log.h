#pragma once

#include <string>

namespace qalam {

// Sends the program's log to standard error. `level` is one of trace, debug, info, warn, error, off;
// anything else is taken as info. Call once, at the top of main.
void InitLog(const std::string& level);

}  // namespace qalam
