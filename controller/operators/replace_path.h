#pragma once

#include <string>

namespace qalam {

// `text` with every mention of the path `from`, also as the beginning of a longer path, led to `to`
// instead; /a/b is no mention in /a/bc or /x/a/b. Slashes at the end of `from` count for nothing;
// `from` without anything else is replaced nowhere.
std::string ReplacePath(const std::string& text, std::string from, const std::string& to);

}  // namespace qalam
