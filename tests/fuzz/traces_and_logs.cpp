// Headers of a trace, and lines of the log: nothing that comes from outside breaks a line.

#include "base/log.h"
#include "base/trace_context.h"
#include "tests/fuzz/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qalam;
  std::string_view rest = AsText(data, size);
  const std::string header = TakeText(rest), state = TakeText(rest);
  if (const auto trace = ParseTraceParent(header, state)) {
    FUZZ_CHECK(ParseTraceParent(trace->ToHeader()).has_value());
    FUZZ_CHECK(trace->state.find_first_of("\r\n") == std::string::npos);
  }
  for (const bool as_json : {false, true}) {
    const auto line = FormatLogLine(as_json, LogLevel::kInfo, "now", header, state,
                                    {{header, std::string(rest)}});
    for (const unsigned char c : line) FUZZ_CHECK(c >= 0x20);
  }
  return 0;
}
