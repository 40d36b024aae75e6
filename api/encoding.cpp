#include "api/encoding.h"

#include <cstdint>
#include <utility>

namespace qalam {

namespace {

// The place of the first byte that is no UTF-8, by line and column from 1; nullopt when all is.
std::optional<std::pair<int, int>> FirstForeignByte(const std::string& text) {
  int line = 1;
  size_t line_begin = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xc2 ? 0  // a continuation, or a form longer than needed
                          : lead < 0xe0 ? 2
                          : lead < 0xf0 ? 3
                          : lead < 0xf5 ? 4
                                        : 0;
    uint32_t code = length < 2 ? lead : lead & (0x7fu >> length);
    bool sound = length > 0 && i + length <= text.size();
    for (size_t k = 1; sound && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      sound = (next & 0xc0) == 0x80;
      code = code << 6 | (next & 0x3fu);
    }
    const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (!sound || too_long || surrogate || code > 0x10ffff) {
      return std::pair(line, static_cast<int>(i - line_begin) + 1);
    }
    i += length;
    if (lead == '\n') {
      ++line;
      line_begin = i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Fault> CheckEncoding(const std::string& text, const std::string& source_name) {
  const auto place = FirstForeignByte(text);
  if (!place) return std::nullopt;
  return Fault{source_name, place->first, place->second, "", "is not UTF-8 from here on"};
}

}  // namespace qalam
