// Protobuf's wire format: https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstdint>
#include <string_view>

namespace qalam::collector {

// Goes through the fields of one message. Any bytes are allowed.
class WireReader {
 public:
  enum class Type { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(std::string_view message) : rest_(message) {}

  // To the next field; false at the end, and where the bytes are no message.
  bool Next() {
    uint64_t key = 0;
    if (rest_.empty() || !TakeVarint(key)) return false;
    number_of_field_ = static_cast<int>(key >> 3 & 0x1FFFFFFF);
    type_ = static_cast<Type>(key & 7);
    number_ = 0;
    bytes_ = {};
    switch (type_) {
      case Type::kVarint:
        return TakeVarint(number_);
      case Type::kFixed64:
        return TakeFixed(8, number_);
      case Type::kFixed32:
        return TakeFixed(4, number_);
      case Type::kBytes: {
        uint64_t size = 0;
        if (!TakeVarint(size) || size > rest_.size()) return Fail();
        bytes_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
      }
    }
    return Fail();
  }
  // After the last field: whether all was read.
  bool is_whole() const { return rest_.empty() && !has_failed_; }

  int number_of_field() const { return number_of_field_; }
  Type type() const { return type_; }
  // The bits, where the field is no kBytes.
  uint64_t number() const { return number_; }
  std::string_view bytes() const { return bytes_; }

  // For packed fields: a number without a key before it. False at the end.
  bool TakeVarint(uint64_t& number) {
    number = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return Fail();
  }
  // Little-endian.
  bool TakeFixed(size_t size, uint64_t& number) {
    if (rest_.size() < size) return Fail();
    number = 0;
    for (size_t i = size; i > 0; --i) {
      number = number << 8 | static_cast<unsigned char>(rest_[i - 1]);
    }
    rest_.remove_prefix(size);
    return true;
  }

 private:
  bool Fail() {
    has_failed_ = true;
    return false;
  }

  std::string_view rest_;
  int number_of_field_ = 0;
  Type type_ = Type::kVarint;
  uint64_t number_ = 0;
  std::string_view bytes_;
  bool has_failed_ = false;
};

}  // namespace qalam::collector
