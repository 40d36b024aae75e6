#include "base/trace_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "base/uid.h"

namespace qalam {

namespace {

// Longer lists of vendors are dropped, as the standard allows.
constexpr size_t kLongestTraceState = 512;

thread_local const TraceContext* current_trace = nullptr;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsAllZeros(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

unsigned HexValue(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    value = value * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return value;
}

bool IsTraceState(std::string_view text) {
  return text.size() <= kLongestTraceState &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::string TraceContext::ToHeader() const {
  return fmt::format("00-{}-{}-{:02x}", trace_id, parent_id, flags & 0xffU);
}

TraceContext TraceContext::Child(std::string_view name) const {
  TraceContext child = *this;
  const uint64_t span = StableHash(trace_id + parent_id + std::string(name));
  child.parent_id = fmt::format("{:016x}", span == 0 ? 1 : span);
  return child;
}

std::optional<TraceContext> ParseTraceParent(std::string_view header, std::string_view state) {
  // version "-" trace-id "-" parent-id "-" trace-flags
  constexpr size_t kLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;
  if (header.size() < kLength) return std::nullopt;
  const auto version = header.substr(0, 2), trace = header.substr(3, 32),
             parent = header.substr(36, 16), flags = header.substr(53, 2);
  if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  if (!IsLowerHex(version) || !IsLowerHex(trace) || !IsLowerHex(parent) || !IsLowerHex(flags)) {
    return std::nullopt;
  }
  if (version == "ff" || IsAllZeros(trace) || IsAllZeros(parent)) return std::nullopt;
  if (header.size() > kLength && (version == "00" || header[kLength] != '-')) return std::nullopt;
  TraceContext context{std::string(trace), std::string(parent), HexValue(flags), ""};
  if (IsTraceState(state)) context.state = state;
  return context;
}

TraceContext NewTrace() {
  const auto random_digits = [] {
    std::string digits = NewUid();
    std::erase(digits, '-');
    return digits;
  };
  return {random_digits(), random_digits().substr(0, 16), 0, ""};
}

TraceContext TraceOf(std::string_view header, std::string_view state) {
  auto given = ParseTraceParent(header, state);
  return given ? *std::move(given) : NewTrace();
}

TraceScope::TraceScope(TraceContext context) : context_(std::move(context)), outer_(current_trace) {
  current_trace = &context_;
}

TraceScope::~TraceScope() { current_trace = outer_; }

const TraceContext* TraceScope::Current() { return current_trace; }

}  // namespace qalam
