// Hashes of secrets, as lower-case hex digits.
#pragma once

#include <string>
#include <string_view>

namespace qalam {

std::string Sha256(std::string_view text);
// HMAC with SHA-256.
std::string KeyedHash(std::string_view key, std::string_view text);

}  // namespace qalam
