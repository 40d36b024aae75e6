// Parsers of JSON do not recurse, but whoever copies, prints or compares what they made does, and
// deep nesting would end the process.
#pragma once

#include <cstddef>
#include <string_view>

namespace qalam {

// How many lists and maps are open at once, at most, in JSON text; of other text some number.
size_t JsonDepth(std::string_view json);

}  // namespace qalam
