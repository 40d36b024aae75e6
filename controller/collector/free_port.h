#pragma once

#include <string>

#include "base/status.h"

namespace qalam::collector {

// A TCP port of this host that nobody has now. Somebody might take it before it is used; the kernel
// hands out others first.
StatusOr<int> FreePort(const std::string& host);

}  // namespace qalam::collector
