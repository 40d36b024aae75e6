// The characters of text: JSON and protobuf refuse half of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qalam {

// How many bytes the character at `i` has, 1 to 4, and its code; 0 when it is no UTF-8.
size_t CharacterAt(std::string_view text, size_t i, uint32_t* code);

// The bytes at the end of `text` that are a beginning of a UTF-8 character; 0 to 3.
size_t UnfinishedBytes(std::string_view text);

// The beginning of `text` of at most so many bytes that ends with a whole character.
std::string_view WholeCharacters(std::string_view text, size_t most_bytes);

}  // namespace qalam
