// The lists of a record as the text of a column, alike in every back end.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "db/store.h"

namespace qalam {

// Parameters as [["name","value"],...], labels as an object.
std::string EncodeParameters(const std::vector<Assignment>& parameters);
std::string EncodeLabels(const std::map<std::string, std::string>& labels);
// Numbers as the shortest text that reads back the same, apart by spaces; NaN and infinities too.
std::string EncodeNumbers(const std::vector<double>& numbers);

// False when the text is not what was encoded.
bool DecodeParameters(std::string_view text, std::vector<Assignment>& parameters);
bool DecodeLabels(std::string_view text, std::map<std::string, std::string>& labels);
bool DecodeNumbers(std::string_view text, std::vector<double>& numbers);

}  // namespace qalam
