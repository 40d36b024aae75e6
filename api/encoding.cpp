#include "api/encoding.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/utf8.h"

namespace qalam {

namespace {

// The place of the first byte that is no UTF-8, by line and column from 1; nullopt when all is.
std::optional<std::pair<int, int>> FirstForeignByte(const std::string& text) {
  int line = 1;
  size_t line_begin = 0;
  uint32_t code = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i, &code);
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
  uint32_t code = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t length = CharacterAt(text, i, &code);
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
