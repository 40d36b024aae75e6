#pragma once

#include <grpcpp/support/client_interceptor.h>

#include <functional>
#include <memory>
#include <string>

namespace qalam {

// For a channel: each call by it that has no metadata of that name gets it with what `value` gives,
// unless that is empty. `value` is called from any thread.
std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface> AddedMetadata(
    std::string name, std::function<std::string()> value);

}  // namespace qalam
