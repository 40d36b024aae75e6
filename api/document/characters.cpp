#include "api/document/characters.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace qalam::document {

namespace {

// `holds(code)` for any of the characters.
template <typename Holds>
bool AnyCharacter(std::string_view text, const Holds& holds) {
  uint32_t code = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i, &code);
    if (length > 0 && holds(code)) return true;
    i += std::max<size_t>(1, length);
  }
  return false;
}

}  // namespace

bool HasNoncharacter(std::string_view text) {
  return AnyCharacter(text, [](uint32_t code) {
    return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  });
}

bool WantsEscapes(std::string_view text) {
  return AnyCharacter(text, [](uint32_t code) {
    return (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029 || code == 0xfeff;
  });
}

}  // namespace qalam::document
