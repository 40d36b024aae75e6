#pragma once

#include <yaml-cpp/mark.h>

#include <optional>
#include <string>

namespace qalam::document {

// Where text begins that belongs to no document, as after a brace that closes too early. yaml-cpp
// makes an empty document of it again and again, without end. Throws YAML::Exception where the text
// is not YAML.
std::optional<YAML::Mark> FindStrayText(const std::string& text);

}  // namespace qalam::document
