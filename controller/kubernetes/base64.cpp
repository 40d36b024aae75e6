#include "controller/kubernetes/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace qalam::kubernetes {

std::optional<std::string> DecodeBase64(const std::string& text) {
  std::string compact;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') compact += c;
  }
  // What OpenSSL counts as bytes of the padding.
  const size_t end = compact.find_last_not_of('=');
  const size_t padding = compact.size() - (end == std::string::npos ? 0 : end + 1);
  if (compact.size() % 4 != 0 || padding > 2 || compact.size() > (64u << 20)) return std::nullopt;
  std::string bytes(compact.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(compact.data()),
                                   static_cast<int>(compact.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

}  // namespace qalam::kubernetes
