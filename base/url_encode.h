#pragma once

#include <string>
#include <string_view>

namespace qalam {

// For a path or a query: every byte that is not a letter, a digit, one of "-._~" or of `kept` as
// %XX.
std::string UrlEncode(std::string_view text, std::string_view kept = "");

}  // namespace qalam
