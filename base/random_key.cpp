#include "base/random_key.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace qalam {

std::string NewKey() {
  std::array<uint8_t, 32> bytes;
  // Requests of up to 256 bytes are neither short nor interrupted once the source is ready.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  std::string text;
  for (const uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace qalam
