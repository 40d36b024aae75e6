#include "controller/collector/prometheus_text.h"

#include <charconv>

#include "controller/collector/number.h"

namespace qalam::collector {

namespace {

constexpr std::string_view kBlanks = " \t\r";

void SkipBlanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// Where the labels end that begin at `open`; a brace in a quoted value does not end them.
size_t EndOfLabels(std::string_view line, size_t open) {
  bool is_quoted = false;
  for (size_t i = open; i < line.size(); ++i) {
    if (is_quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      is_quoted = !is_quoted;
    } else if (line[i] == '}' && !is_quoted) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<PrometheusSample> ParsePrometheusLine(std::string_view line) {
  SkipBlanks(line);
  if (line.empty() || line.front() == '#') return std::nullopt;
  size_t end = line.find_first_of(" \t{");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const size_t open = line.find_first_not_of(" \t", end);
  if (open != std::string_view::npos && line[open] == '{') end = EndOfLabels(line, open);
  if (end == std::string_view::npos) return std::nullopt;
  PrometheusSample sample{.name = line.substr(0, end)};
  line.remove_prefix(end);
  SkipBlanks(line);
  const size_t digits = ReadNumber(line, sample.value);
  line.remove_prefix(digits);
  if (digits == 0 || (!line.empty() && kBlanks.find(line.front()) == std::string_view::npos)) {
    return std::nullopt;
  }
  SkipBlanks(line);
  int64_t milliseconds = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), milliseconds);
  if (parsed.ec == std::errc() && milliseconds > 0 && milliseconds < int64_t{1} << 50) {
    sample.time_microseconds = milliseconds * 1000;
  }
  return sample;
}

}  // namespace qalam::collector
