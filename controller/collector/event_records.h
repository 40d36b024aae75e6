// The framing of TensorBoard's event files, that of TFRecord: a record is its length (8 bytes), a
// checksum of these, its data and a checksum of that, all little-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qalam::collector {

// CRC-32C (Castagnoli), rotated and offset as TFRecord has it, so that data which holds checksums
// itself does no harm.
uint32_t MaskedCrc32c(std::string_view data);

// Cuts the bytes of one file into records. A record that is not whole yet waits for its rest.
class EventRecords {
 public:
  void Feed(std::string_view data);
  // The data of the next record; nullopt when there is none yet, and from damage on. Valid until
  // the next call of either function.
  std::optional<std::string_view> Next();

  bool is_damaged() const { return is_damaged_; }
  // Where in the file the next record begins, or the damaged one.
  uint64_t offset() const { return offset_; }

 private:
  std::string buffer_;
  size_t taken_ = 0;  // of the buffer
  uint64_t offset_ = 0;
  uint64_t left_to_skip_ = 0;  // of a record too large to be a scalar's
  bool is_damaged_ = false;
};

}  // namespace qalam::collector
