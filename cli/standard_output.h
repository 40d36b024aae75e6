// Whether what was printed has arrived: a full disk must not look like success.
#pragma once

#include "base/status.h"

namespace qalam {

// Writes what is still held back. Not OK once anything that was printed could not be written.
Status FlushStandardOutput();

// Whether nobody reads any more, as when "head" has seen enough: no fault to tell of.
bool OutputReaderHasGone();

}  // namespace qalam
