#include "controller/collector/event_records.h"

#include <algorithm>
#include <array>

namespace qalam::collector {

namespace {

// Pictures and graphs may be larger; they are passed over without being held in memory.
constexpr uint64_t kLargestHeldRecord = 4 << 20;

constexpr size_t kLengthBytes = 8;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kHeadBytes = kLengthBytes + kChecksumBytes;

constexpr std::array<uint32_t, 256> MakeCrc32cTable() {
  constexpr uint32_t kReversedPolynomial = 0x82F63B78;
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1) != 0 ? value >> 1 ^ kReversedPolynomial : value >> 1;
    }
    table[byte] = value;
  }
  return table;
}

uint64_t ReadLittleEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

}  // namespace

uint32_t MaskedCrc32c(std::string_view data) {
  static constexpr auto kTable = MakeCrc32cTable();
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : data) {
    crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

void EventRecords::Feed(std::string_view data) {
  if (is_damaged_) return;
  const uint64_t skipped = std::min<uint64_t>(left_to_skip_, data.size());
  left_to_skip_ -= skipped;
  offset_ += skipped;
  data.remove_prefix(skipped);
  buffer_.erase(0, taken_);
  taken_ = 0;
  buffer_ += data;
}

std::optional<std::string_view> EventRecords::Next() {
  while (!is_damaged_) {
    const std::string_view rest = std::string_view(buffer_).substr(taken_);
    if (rest.size() < kHeadBytes) return std::nullopt;
    const uint64_t length = ReadLittleEndian(rest.substr(0, kLengthBytes));
    if (ReadLittleEndian(rest.substr(kLengthBytes, kChecksumBytes)) !=
        MaskedCrc32c(rest.substr(0, kLengthBytes))) {
      is_damaged_ = true;
      break;
    }
    if (length > kLargestHeldRecord) {
      const uint64_t whole = kHeadBytes + length + kChecksumBytes;
      const uint64_t here = std::min<uint64_t>(whole, rest.size());
      left_to_skip_ = whole - here;
      taken_ += here;
      offset_ += here;
      continue;
    }
    const size_t whole = kHeadBytes + length + kChecksumBytes;
    if (rest.size() < whole) return std::nullopt;
    const std::string_view data = rest.substr(kHeadBytes, length);
    if (ReadLittleEndian(rest.substr(kHeadBytes + length, kChecksumBytes)) != MaskedCrc32c(data)) {
      is_damaged_ = true;
      break;
    }
    taken_ += whole;
    offset_ += whole;
    return data;
  }
  buffer_.clear();
  taken_ = 0;
  return std::nullopt;
}

}  // namespace qalam::collector
