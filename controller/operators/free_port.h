#pragma once

#include "base/status.h"

namespace qalam {

// A TCP port of this machine that nothing was bound to just now. Another call gives another one,
// and the kernel gives it to nobody by itself: it lies below the ports of outgoing connections.
StatusOr<int> ChooseFreePort();

}  // namespace qalam
