#pragma once

#include <optional>
#include <string>

namespace qalam {

// An amount as Kubernetes writes it: 500m, 2, 1.5, 1e3, 64M, 2Gi. Nullopt for anything else, and
// below 0.
std::optional<double> ParseQuantity(const std::string& text);

}  // namespace qalam
