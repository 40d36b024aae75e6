// Text cut where a character ends: JSON and protobuf refuse half of one.
#pragma once

#include <cstddef>
#include <string_view>

namespace qalam {

// The bytes at the end of `text` that are a beginning of a UTF-8 character; 0 to 3.
size_t UnfinishedBytes(std::string_view text);

// The beginning of `text` of at most so many bytes that ends with a whole character.
std::string_view WholeCharacters(std::string_view text, size_t most_bytes);

}  // namespace qalam
