#include "base/utf8.h"

namespace qalam {

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
