#pragma once

#include <string>

#include "api/experiment.h"

namespace qalam::document {

// The value as YAML, its maps and lists in blocks but for lists of simple values. Whatever reads
// it, by YAML 1.1 or 1.2, gets each text, number and name back as it is. Ends with a line break.
std::string PrintYaml(const Json& json);

}  // namespace qalam::document
