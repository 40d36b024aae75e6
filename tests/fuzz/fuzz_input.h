// What every fuzz target shares: how libFuzzer calls it, and how it takes its bytes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// A fault that no sanitizer would see. The input is kept by libFuzzer.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

namespace qalam {

inline std::string_view AsText(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Up to the first NUL, which is taken off with it; all that is left where there is none.
inline std::string TakeText(std::string_view& rest) {
  const size_t end = rest.find('\0');
  const std::string text(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return text;
}

}  // namespace qalam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
