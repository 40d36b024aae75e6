#pragma once

#include <string>
#include <string_view>

namespace qalam::collector {

// For bytes that may be no UTF-8, which JSON cannot hold: each is the character of its number, and
// comes back as the same byte.
std::string BytesToText(std::string_view bytes);
std::string TextToBytes(const std::string& text);

}  // namespace qalam::collector
