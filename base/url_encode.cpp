#include "base/url_encode.h"

#include <fmt/format.h>

namespace qalam {

std::string UrlEncode(std::string_view text, std::string_view kept) {
  std::string result;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' ||
                       kept.find(static_cast<char>(c)) != std::string_view::npos;
    if (plain) {
      result += static_cast<char>(c);
    } else {
      result += fmt::format("%{:02X}", c);
    }
  }
  return result;
}

}  // namespace qalam
