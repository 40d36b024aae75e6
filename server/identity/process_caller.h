#pragma once

#include <grpcpp/support/client_interceptor.h>

#include <memory>
#include <string>

namespace qalam {

// For a channel within the process: calls that pass no caller on (kPassedCaller) are this process's
// own, which `name` of Authority::process_name says.
std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> MakeProcessCaller(
    const std::string& name);

}  // namespace qalam
