#include "controller/collector/spool.h"

#include <charconv>
#include <cstdio>

namespace qalam::collector {

namespace {

template <typename Number>
bool TakeNumber(std::string_view& rest, Number& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ' ') return false;
  rest.remove_prefix(end - rest.data() + 1);
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
  append(point.value);
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
    if (TakeNumber(rest, point.time_microseconds) && TakeNumber(rest, point.step) &&
        TakeNumber(rest, point.value)) {
      point.metric = rest;
      points.push_back(std::move(point));
    }
  }
}

}  // namespace qalam::collector
