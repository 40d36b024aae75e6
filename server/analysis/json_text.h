// JSON written straight into a text. For long columns of numbers, where a tree of values would cost
// more time and memory than what it holds.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace qalam {

// In quotes and escaped; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string& json, std::string_view text);

inline void AppendJsonInt(std::string& json, int64_t value) {
  char buffer[24];
  json.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// The shortest text that reads back the same; null when it is not finite.
inline void AppendJsonNumber(std::string& json, double value) {
  if (!std::isfinite(value)) {
    json += "null";
    return;
  }
  char buffer[32];
  json.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// Good enough to draw, and half as long where digits are many: whole numbers as they are, others in
// the shortest text that gives the same single-precision number.
inline void AppendJsonShortNumber(std::string& json, double value) {
  const double size = std::fabs(value);
  const bool fits = size >= std::numeric_limits<float>::min() &&
                    size <= std::numeric_limits<float>::max() && value != std::trunc(value);
  if (!fits) return AppendJsonNumber(json, value);
  char buffer[32];
  json.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value)).ptr);
}

// As the messages of the API: "NaN", "Infinity" and "-Infinity" when it is not finite.
inline void AppendJsonNumberOrWord(std::string& json, double value) {
  if (std::isfinite(value)) return AppendJsonNumber(json, value);
  json += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

// Milliseconds since 1970; null for InfinitePast.
inline void AppendJsonTime(std::string& json, Time time) {
  if (time == absl::InfinitePast()) {
    json += "null";
  } else {
    AppendJsonInt(json, absl::ToUnixMillis(time));
  }
}

// [..], each item by append(json, item).
template <typename Items, typename Append>
void AppendJsonList(std::string& json, const Items& items, Append append) {
  json += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) json += ',';
    first = false;
    append(json, item);
  }
  json += ']';
}

}  // namespace qalam
