#include "controller/collector/event_message.h"

#include <bit>
#include <cmath>
#include <optional>

#include "controller/collector/wire_reader.h"

namespace qalam::collector {

namespace {

// Of tensorflow/core/framework/types.proto.
enum TensorType {
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kHalf = 19,
  kUint32 = 22,
  kUint64 = 23,
};

// IEEE 754's 16 bits: a sign, five of exponent, ten of fraction.
double HalfToDouble(uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent == 0x1F) {
    value = fraction == 0 ? INFINITY : NAN;
  } else {
    value = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

double FloatOfBits(uint64_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }

// How many bytes a number has in tensor_content; 0 for what is no number.
size_t BytesOf(uint64_t type) {
  switch (type) {
    case kInt8:
    case kUint8:
    case kBool:
      return 1;
    case kInt16:
    case kUint16:
    case kHalf:
    case kBfloat16:
      return 2;
    case kFloat:
    case kInt32:
    case kUint32:
      return 4;
    case kDouble:
    case kInt64:
    case kUint64:
      return 8;
    default:
      return 0;
  }
}

// The number whose bits, from the lowest, are these.
double NumberOfBits(uint64_t type, uint64_t bits) {
  switch (type) {
    case kFloat:
      return FloatOfBits(bits);
    case kDouble:
      return std::bit_cast<double>(bits);
    case kHalf:
      return HalfToDouble(bits);
    case kBfloat16:
      return FloatOfBits(bits << 16);
    case kInt8:
      return static_cast<int8_t>(bits);
    case kInt16:
      return static_cast<int16_t>(bits);
    case kInt32:
      return static_cast<int32_t>(bits);
    case kInt64:
      return static_cast<double>(static_cast<int64_t>(bits));
    default:
      return static_cast<double>(bits);
  }
}

// Whether a TensorShapeProto has room for one number.
bool IsOneNumber(std::string_view shape) {
  WireReader fields(shape);
  while (fields.Next()) {
    if (fields.number_of_field() != 2) continue;
    uint64_t size = 0;
    WireReader dimension(fields.bytes());
    while (dimension.Next()) {
      if (dimension.number_of_field() == 1) size = dimension.number();
    }
    if (size != 1) return false;
  }
  return true;
}

// The values of a TensorProto's typed fields; they may be packed or not.
struct TypedValues {
  uint64_t first = 0;  // its bits
  size_t count = 0;

  void Add(uint64_t bits) {
    if (count++ == 0) first = bits;
  }
  void Take(WireReader& field, uint64_t type) {
    if (field.type() != WireReader::Type::kBytes) return Add(field.number());
    const bool is_fixed = type == kFloat || type == kDouble;
    WireReader packed(field.bytes());
    uint64_t bits = 0;
    while (is_fixed ? packed.TakeFixed(BytesOf(type), bits) : packed.TakeVarint(bits)) Add(bits);
  }
};

std::optional<double> ScalarOfTensor(std::string_view tensor) {
  uint64_t type = 0;
  std::string_view shape, content;
  WireReader head(tensor);
  while (head.Next()) {
    if (head.number_of_field() == 1) type = head.number();
    if (head.number_of_field() == 2) shape = head.bytes();
    if (head.number_of_field() == 4) content = head.bytes();
  }
  const size_t bytes = BytesOf(type);
  if (bytes == 0 || !IsOneNumber(shape)) return std::nullopt;
  TypedValues values;
  if (!content.empty()) {
    WireReader packed(content);
    uint64_t bits = 0;
    while (packed.TakeFixed(bytes, bits)) values.Add(bits);
  } else {
    WireReader fields(tensor);
    while (fields.Next()) {
      switch (fields.number_of_field()) {
        case 5:   // float_val
        case 6:   // double_val
        case 7:   // int_val: all whole numbers of up to 32 bits
        case 10:  // int64_val
        case 11:  // bool_val
        case 13:  // half_val: bfloat16, too
        case 16:  // uint32_val
        case 17:  // uint64_val
          values.Take(fields, type);
          break;
        default:
          break;
      }
    }
  }
  if (values.count > 1) return std::nullopt;
  // One without any value is zero.
  return NumberOfBits(type, values.first);
}

void ReadSummaryValue(std::string_view value, std::vector<EventScalar>& scalars) {
  EventScalar scalar;
  std::optional<double> number;
  WireReader fields(value);
  while (fields.Next()) {
    switch (fields.number_of_field()) {
      case 1:
        scalar.tag = fields.bytes();
        break;
      case 2:
        number = FloatOfBits(fields.number());
        break;
      case 8:
        number = ScalarOfTensor(fields.bytes());
        break;
      default:
        break;
    }
  }
  if (!number) return;
  scalar.value = *number;
  scalars.push_back(std::move(scalar));
}

}  // namespace

bool DecodeEvent(std::string_view data, EventMessage& event) {
  event = {};
  WireReader fields(data);
  while (fields.Next()) {
    switch (fields.number_of_field()) {
      case 1:
        event.wall_time = std::bit_cast<double>(fields.number());
        break;
      case 2:
        event.step = static_cast<int64_t>(fields.number());
        break;
      case 5: {
        WireReader summary(fields.bytes());
        while (summary.Next()) {
          if (summary.number_of_field() == 1) ReadSummaryValue(summary.bytes(), event.scalars);
        }
        break;
      }
      default:
        break;
    }
  }
  return fields.is_whole();
}

}  // namespace qalam::collector
