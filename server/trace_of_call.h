#pragma once

#include <grpcpp/support/string_ref.h>

#include <map>
#include <string_view>

#include "base/trace_context.h"

namespace qalam {

// What a gRPC call's metadata say, or a new trace.
inline TraceContext TraceOfCall(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  const auto value = [&](const char* name) {
    const auto entry = metadata.find(name);
    return entry == metadata.end() ? std::string_view()
                                   : std::string_view(entry->second.data(), entry->second.size());
  };
  return TraceOf(value("traceparent"), value("tracestate"));
}

}  // namespace qalam
