#include "controller/collector/number.h"

#include <charconv>
#include <cstdlib>
#include <string>

#include "base/clock.h"

namespace qalam::collector {

size_t ReadNumber(std::string_view text, double& value) {
  // from_chars takes no leading plus.
  const size_t plus = !text.empty() && text[0] == '+' ? 1 : 0;
  if (plus == 1 && text.size() > 1 && (text[1] == '-' || text[1] == '+')) return 0;
  const char* begin = text.data() + plus;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return 0;
  // from_chars gives none for it, strtod an infinity or a zero.
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(begin, end).c_str(), nullptr);
  }
  return end - text.data();
}

bool ReadTimestamp(std::string_view text, int64_t& microseconds) {
  // The cheapest test that almost no ordinary line passes: "2026-".
  if (text.size() < 20 || text[4] != '-' || text[7] != '-') return false;
  Time time;
  if (!ParseTime(std::string(text.substr(0, text.find_first_of(" \t"))), &time)) return false;
  microseconds = absl::ToUnixMicros(time);
  return true;
}

}  // namespace qalam::collector
