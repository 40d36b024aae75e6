#pragma once

#include <optional>
#include <string>

#include "api/experiment.h"

namespace qalam {

// A fault at the first byte that is no UTF-8, which neither JSON nor gRPC could carry; nullopt when
// there is none.
std::optional<Fault> CheckEncoding(const std::string& text, const std::string& source_name);

// The text with the replacement character for each byte that is no UTF-8.
std::string ReplaceForeignBytes(const std::string& text);
// The text with the character of its number, U+0080 to U+00FF, for each such byte.
std::string ForeignBytesAsCharacters(const std::string& text);

}  // namespace qalam
