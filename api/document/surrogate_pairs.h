#pragma once

#include <optional>
#include <string>

namespace qalam::document {

// JSON escapes a character beyond U+FFFF as two halves, a surrogate pair: \ud83d\ude00. YAML has
// \U0001F600 for it and no halves, so that its reader refuses what else is YAML too.
struct JoinedPairs {
  // The text with each pair as one escape. Every line keeps its length, and what is behind a string
  // with pairs its column: spaces follow the string.
  std::string text;
  std::optional<size_t> half;  // where a half begins that has no other
};

// Only in the strings of documents that are a brace or a bracket from their first character on, as
// JSON is. What else looks like a string may be none, as in a block of a script.
JoinedPairs JoinSurrogatePairs(const std::string& text);

}  // namespace qalam::document
