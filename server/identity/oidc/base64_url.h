#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qalam::oidc {

// The bytes that a text in base64url without padding stands for (RFC 7515, section 2); nullopt for
// every other text, also for one with bits that stand for nothing.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace qalam::oidc
