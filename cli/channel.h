#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "cli/verb.h"

namespace qalam {

// The token of --token-file, else of QALAM_TOKEN, else empty.
StatusOr<std::string> GivenToken(const CommonOptions& options);

// Without token or TLS.
std::shared_ptr<grpc::Channel> PlainChannel(const std::string& address);

// To --server, with the token and the certificates that the options give; without TLS where it is
// "unix:PATH". INVALID_ARGUMENT when the token would travel to another machine without TLS.
StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const CommonOptions& options);

}  // namespace qalam
