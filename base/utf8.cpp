#include "base/utf8.h"

namespace qalam {

size_t CharacterAt(std::string_view text, size_t i, uint32_t* code) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0  // a continuation, or a form longer than needed
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || i + length > text.size()) return 0;
  *code = length < 2 ? lead : lead & (0x7fu >> length);
  for (size_t k = 1; k < length; ++k) {
    const auto next = static_cast<unsigned char>(text[i + k]);
    if ((next & 0xc0) != 0x80) return 0;
    *code = *code << 6 | (next & 0x3fu);
  }
  const bool too_long = (length == 3 && *code < 0x800) || (length == 4 && *code < 0x10000);
  const bool surrogate = *code >= 0xd800 && *code < 0xe000;
  return too_long || surrogate || *code > 0x10ffff ? 0 : length;
}

size_t UnfinishedBytes(std::string_view text) {
  constexpr size_t kLongest = 4;
  for (size_t back = 1; back < kLongest && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

std::string_view WholeCharacters(std::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  const std::string_view cut = text.substr(0, most_bytes);
  return cut.substr(0, cut.size() - UnfinishedBytes(cut));
}

}  // namespace qalam
