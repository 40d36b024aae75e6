#pragma once

#include <grpcpp/client_context.h>

#include "api/grpc_status.h"
#include "base/trace_context.h"
#include "server/http/api_context.h"
#include "server/http/gate.h"
#include "server/identity/call_guard.h"

namespace qalam::http {

// Calls the service as a gRPC client would, for the caller of the request at hand:
// Call(context, &Service::GetTrial, request).
using Service = v1::ExperimentService::StubInterface;
template <typename Request, typename Reply>
StatusOr<Reply> Call(const ApiContext& context,
                     grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Reply*),
                     const Request& request) {
  grpc::ClientContext call;
  std::string passed;
  if (context.caller.identity != nullptr) {
    passed = context.gate.authority().Pass(context.caller);
    call.AddMetadata(kPassedCaller, passed);
  }
  if (const TraceContext* trace = TraceScope::Current()) {
    call.AddMetadata("traceparent", trace->ToHeader());
    if (!trace->state.empty()) call.AddMetadata("tracestate", trace->state);
  }
  Reply reply;
  const Status status = FromGrpc((context.service.*method)(&call, request, &reply));
  // A call that did not come to its method has left it.
  if (!passed.empty()) context.gate.authority().TakePassed(passed);
  RETURN_IF_ERROR(status);
  return reply;
}

}  // namespace qalam::http
