#include "base/trace_context.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace qalam {

namespace {

constexpr char kHeader[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

}  // namespace

TEST_CASE("A traceparent is read and written as the standard has it", "[trace]") {
  const auto context = ParseTraceParent(kHeader, "vendor=opaque,other=1");
  REQUIRE(context);
  CHECK(context->trace_id == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(context->parent_id == "00f067aa0ba902b7");
  CHECK(context->flags == 1);
  CHECK(context->state == "vendor=opaque,other=1");
  CHECK(context->ToHeader() == kHeader);
  // A later version may have more at its end.
  const std::string rest = std::string(kHeader).substr(2);
  CHECK(ParseTraceParent("01" + rest + "-more"));
  CHECK_FALSE(ParseTraceParent("01" + rest + "more"));
}

TEST_CASE("What is no traceparent is none", "[trace]") {
  const std::string header = kHeader;
  for (const auto& odd : std::vector<std::string>{
           std::string(), header + "0", header + "-00", "ff" + header.substr(2),
           header.substr(0, header.size() - 1), "00_" + header.substr(3),
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"}) {
    CAPTURE(odd);
    CHECK_FALSE(ParseTraceParent(odd));
  }
  // A state that could end a header's line is dropped, and the trace kept.
  CHECK(ParseTraceParent(header, "a=b\r\nx: y")->state.empty());
  CHECK(ParseTraceParent(header, std::string(600, 'a'))->state.empty());
}

TEST_CASE("A trace is passed on with spans of its own", "[trace]") {
  const auto given = *ParseTraceParent(kHeader, "v=1");
  const auto child = given.Child("trial-1");
  CHECK(child.trace_id == given.trace_id);
  CHECK(child.state == "v=1");
  CHECK(child.flags == given.flags);
  CHECK(child.parent_id != given.parent_id);
  CHECK(child.parent_id == given.Child("trial-1").parent_id);
  CHECK(child.parent_id != given.Child("trial-2").parent_id);
  CHECK(ParseTraceParent(child.ToHeader()));
  CHECK(ParseTraceParent(NewTrace().ToHeader()));
  CHECK(NewTrace().trace_id != NewTrace().trace_id);
}

TEST_CASE("A thread's trace is the innermost", "[trace]") {
  CHECK(TraceScope::Current() == nullptr);
  const TraceScope outer(NewTrace());
  const auto* before = TraceScope::Current();
  {
    const TraceScope inner(NewTrace());
    CHECK(TraceScope::Current() != before);
  }
  CHECK(TraceScope::Current() == before);
}

}  // namespace qalam
