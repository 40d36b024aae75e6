#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qalam {

std::string EncodeBase64(std::string_view bytes);
// The bytes that the text stands for; nullopt when it is not base64. Line ends and spaces are
// passed over.
std::optional<std::string> DecodeBase64(const std::string& text);

}  // namespace qalam
