#pragma once

#include <string>
#include <vector>

namespace qalam {

// Where servers on other machines reach one that listens on these addresses, HOST:PORT: the first
// that is not of this machine alone, a wildcard (0.0.0.0, [::]) replaced by the first address of
// the machine's interfaces. Empty where there is none, or where its port is not known beforehand
// (0).
std::string PublicAddress(const std::vector<std::string>& listen);

}  // namespace qalam
