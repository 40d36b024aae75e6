// Numbers as PostgreSQL sends them: the bytes of the value, the most significant first.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace qalam::postgres {

template <typename Number>
void AppendBytes(Number value, std::string& bytes) {
  const auto bits = static_cast<uint64_t>(value);
  for (int shift = 8 * (static_cast<int>(sizeof(Number)) - 1); shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(bits >> shift));
  }
}

inline std::string BytesOf(int64_t value) {
  std::string bytes;
  AppendBytes(value, bytes);
  return bytes;
}

// Of any length up to eight.
inline int64_t IntOf(std::string_view bytes) {
  uint64_t bits = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(bits);
}

inline int64_t BitsOf(double value) { return std::bit_cast<int64_t>(value); }
inline double DoubleOf(int64_t bits) { return std::bit_cast<double>(bits); }

}  // namespace qalam::postgres
