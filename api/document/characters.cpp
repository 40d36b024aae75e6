#include "api/document/characters.h"

#include <cstdint>
#include <functional>

namespace qalam::document {

namespace {

// `holds(code)` for any of the codes.
bool AnyCode(std::string_view text, const std::function<bool(uint32_t)>& holds) {
  uint32_t code = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const uint32_t mask = byte < 0x80   ? 0x7f
                          : byte < 0xc0 ? 0x3f
                          : byte < 0xe0 ? 0x1f
                          : byte < 0xf0 ? 0x0f
                                        : 0x07;
    const bool continues = byte >= 0x80 && byte < 0xc0;
    code = (continues ? code << 6 : 0) | (byte & mask);
    const bool is_whole =
        i + 1 == text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xc0) != 0x80;
    if (is_whole && holds(code)) return true;
  }
  return false;
}

}  // namespace

bool HasNoncharacter(std::string_view text) {
  return AnyCode(text, [](uint32_t code) {
    return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  });
}

bool WantsEscapes(std::string_view text) {
  return AnyCode(text, [](uint32_t code) {
    return (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029 || code == 0xfeff;
  });
}

}  // namespace qalam::document
