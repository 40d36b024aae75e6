#pragma once

#include <optional>
#include <string>

namespace qalam::kubernetes {

// The bytes that the text stands for; nullopt when it is not base64. Line ends are passed over, as
// kubectl does.
std::optional<std::string> DecodeBase64(const std::string& text);

}  // namespace qalam::kubernetes
