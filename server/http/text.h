#pragma once

#include <cctype>
#include <string>

namespace qalam::http {

// Of ASCII's letters; others stay.
inline std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace qalam::http
