#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <vector>

#include "server/telemetry/telemetry.h"

namespace qalam {

// Times every call that comes from outside of the process. `telemetry` must outlive the server.
std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> GrpcObservers(
    Telemetry& telemetry);

// What gRPC itself has to say goes to the program's log, in the form of its lines.
void SendGrpcLogToProgramLog();

}  // namespace qalam
