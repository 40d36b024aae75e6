// Characters that readers of YAML do not all give back as they are.
#pragma once

#include <string_view>

namespace qalam::document {

// Whether the text, which is UTF-8, has a code that Unicode keeps from being a character: U+FDD0 to
// U+FDEF, and the last two of each plane. yaml-cpp reads them from escapes and prints U+FFFD.
bool HasNoncharacter(std::string_view text);

// Whether it has what others take for the end of a line or refuse, unless it is escaped: U+007F to
// U+009F, U+2028, U+2029 and U+FEFF.
bool WantsEscapes(std::string_view text);

}  // namespace qalam::document
