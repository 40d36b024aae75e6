#include "server/identity/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

namespace qalam {

namespace {

using DigestBytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* BytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string HexDigits(const DigestBytes& bytes, unsigned int size) {
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace

// Both fail only without memory.
std::string Sha256(std::string_view text) {
  DigestBytes bytes;
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return HexDigits(bytes, size);
}

std::string KeyedHash(std::string_view key, std::string_view text) {
  DigestBytes bytes;
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), BytesOf(text), text.size(),
           bytes.data(), &size) == nullptr) {
    std::abort();
  }
  return HexDigits(bytes, size);
}

}  // namespace qalam
