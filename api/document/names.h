// How a message names what was found and what is allowed. Bounded, whatever the document holds.
#pragma once

#include <string>
#include <vector>

namespace qalam::document {

// The nearest of `names` to a misspelt one, as " (did you mean \"X\"?)", or "".
std::string DidYouMean(const std::string& found, const std::vector<std::string>& names);
// "a, b or c"; of many, the first and how many more there are.
std::string OneOf(const std::vector<std::string>& names);
// The text, or its beginning and end when it is too long to be read in a message.
std::string Shortened(const std::string& text);

}  // namespace qalam::document
