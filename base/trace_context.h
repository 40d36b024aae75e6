// W3C Trace Context: which request of whom something belongs to, across programs.
// https://www.w3.org/TR/trace-context/
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qalam {

struct TraceContext {
  std::string trace_id;   // 32 digits, lower-case hexadecimal
  std::string parent_id;  // 16 of them: the caller's span
  unsigned flags = 0;     // bit 0: the caller records the trace
  std::string state;      // of `tracestate`, passed on as it came

  // The value of `traceparent`.
  std::string ToHeader() const;
  // The same trace from a span that `name` stands for: the same name gives the same span.
  TraceContext Child(std::string_view name) const;
};

// Nothing where the header is not one, or its trace or parent is all zeros. A later version's is
// read as far as this one knows it.
std::optional<TraceContext> ParseTraceParent(std::string_view header, std::string_view state = "");
// Of a new trace.
TraceContext NewTrace();
// What the headers say, or a new trace.
TraceContext TraceOf(std::string_view header, std::string_view state);

// The trace of what a thread is doing, for its log and the calls that it makes.
class TraceScope {
 public:
  explicit TraceScope(TraceContext context);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  // Null where the thread is in none.
  static const TraceContext* Current();

 private:
  const TraceContext context_;
  const TraceContext* const outer_;
};

}  // namespace qalam
