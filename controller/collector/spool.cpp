#include "controller/collector/spool.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace qalam::collector {

namespace {

using nlohmann::json;

template <typename Number>
bool TakeNumber(std::string_view& rest, Number& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ' ') return false;
  rest.remove_prefix(end - rest.data() + 1);
  return true;
}

// A JSON string and the space after it.
bool TakeText(std::string_view& rest, std::string& text) {
  if (!rest.starts_with('"')) return false;
  size_t end = 1;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  if (end + 1 >= rest.size() || rest[end + 1] != ' ') return false;
  const json parsed = json::parse(rest.substr(0, end + 1), nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_string()) return false;
  text = parsed.get<std::string>();
  rest.remove_prefix(end + 2);
  return true;
}

}  // namespace

void AppendSpoolLine(const SpooledPoint& point, std::string& text) {
  char number[64];
  // std::to_chars gives the shortest form that reads back as the same value, NaN and inf included.
  const auto append = [&](auto value) {
    const auto [end, error] = std::to_chars(number, number + sizeof(number), value);
    text.append(number, end);
    text += ' ';
  };
  append(point.time_microseconds);
  append(point.step);
  if (point.text.empty()) {
    append(point.value);
  } else {
    // Bytes that are no UTF-8 are replaced: the text is to be shown, not to be run.
    text += json(point.text).dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
    text += ' ';
  }
  for (const char c : point.metric) text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  text += '\n';
}

size_t ParseSpool(std::string_view text, std::vector<SpooledPoint>& points) {
  size_t taken = 0;
  while (true) {
    const size_t end = text.find('\n', taken);
    if (end == std::string_view::npos) return taken;
    std::string_view rest = text.substr(taken, end - taken);
    taken = end + 1;
    SpooledPoint point;
    if (!TakeNumber(rest, point.time_microseconds) || !TakeNumber(rest, point.step)) continue;
    if (TakeText(rest, point.text)) point.value = NAN;
    if (!point.text.empty() || TakeNumber(rest, point.value)) {
      point.metric = rest;
      points.push_back(std::move(point));
    }
  }
}

}  // namespace qalam::collector
