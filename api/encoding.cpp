#include "api/encoding.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace qalam {

namespace {

// How many bytes the character at `i` has; 0 when it is no UTF-8.
size_t LengthAt(const std::string& text, size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0  // a continuation, or a form longer than needed
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
  if (length == 0 || i + length > text.size()) return 0;
  uint32_t code = length < 2 ? lead : lead & (0x7fu >> length);
  for (size_t k = 1; k < length; ++k) {
    const auto next = static_cast<unsigned char>(text[i + k]);
    if ((next & 0xc0) != 0x80) return 0;
    code = code << 6 | (next & 0x3fu);
  }
  const bool too_long = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return too_long || surrogate || code > 0x10ffff ? 0 : length;
}

// The place of the first byte that is no UTF-8, by line and column from 1; nullopt when all is.
std::optional<std::pair<int, int>> FirstForeignByte(const std::string& text) {
  int line = 1;
  size_t line_begin = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = LengthAt(text, i);
    if (length == 0) return std::pair(line, static_cast<int>(i - line_begin) + 1);
    const bool ends_line = text[i] == '\n';
    i += length;
    if (ends_line) {
      ++line;
      line_begin = i;
    }
  }
  return std::nullopt;
}

// `written(byte)` for each that is no UTF-8.
template <typename Written>
std::string WithForeignBytes(const std::string& text, const Written& written) {
  std::string sound;
  for (size_t i = 0; i < text.size();) {
    const size_t length = LengthAt(text, i);
    sound += length == 0 ? written(static_cast<unsigned char>(text[i])) : text.substr(i, length);
    i += std::max<size_t>(1, length);
  }
  return sound;
}

}  // namespace

std::optional<Fault> CheckEncoding(const std::string& text, const std::string& source_name) {
  const auto place = FirstForeignByte(text);
  if (!place) return std::nullopt;
  return Fault{source_name, place->first, place->second, "", "is not UTF-8 from here on"};
}

std::string ReplaceForeignBytes(const std::string& text) {
  return WithForeignBytes(text, [](unsigned char) { return std::string("\xef\xbf\xbd"); });
}

std::string ForeignBytesAsCharacters(const std::string& text) {
  return WithForeignBytes(text, [](unsigned char byte) {
    return std::string({static_cast<char>(0xc0 | byte >> 6), static_cast<char>(byte & 0xbf)});
  });
}

}  // namespace qalam
