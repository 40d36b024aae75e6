#pragma once

#include <cstdint>
#include <string_view>

namespace qalam::collector {

// Reads the number that `text` begins with: digits with sign, point and exponent, or nan and inf in
// any case; beyond a double's range it is an infinity or 0. Returns its length, 0 when there is
// none.
size_t ReadNumber(std::string_view text, double& value);

// Reads an RFC 3339 time that `text` begins with, up to white space, into microseconds since 1970.
bool ReadTimestamp(std::string_view text, int64_t& microseconds);

}  // namespace qalam::collector
