// Secrets that a caller shows.
#pragma once

#include <string_view>

namespace qalam {

// Takes as long for a wrong one as for the right one of the same length.
inline bool IsSameSecret(std::string_view given, std::string_view secret) {
  if (given.size() != secret.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < secret.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ secret[i]);
  }
  return difference == 0;
}

}  // namespace qalam
