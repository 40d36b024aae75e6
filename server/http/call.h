#pragma once

#include <grpcpp/client_context.h>

#include "api/grpc_status.h"
#include "server/http/api_context.h"

namespace qalam::http {

// Calls the service as a gRPC client would: Call(context, &Service::GetTrial, request).
using Service = v1::ExperimentService::StubInterface;
template <typename Request, typename Reply>
StatusOr<Reply> Call(const ApiContext& context,
                     grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Reply*),
                     const Request& request) {
  grpc::ClientContext call;
  Reply reply;
  RETURN_IF_ERROR(FromGrpc((context.service.*method)(&call, request, &reply)));
  return reply;
}

}  // namespace qalam::http
