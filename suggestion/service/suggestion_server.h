#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "base/status.h"

namespace qalam {

// Both suggestion services, grpc.health.v1 and reflection in one server.
class SuggestionServer {
 public:
  // `address` like 127.0.0.1:6789 (port 0 takes a free one); empty for in-process only. Without
  // `credentials` anybody who reaches the address may call.
  static StatusOr<std::unique_ptr<SuggestionServer>> Start(
      const std::string& address, std::shared_ptr<grpc::ServerCredentials> credentials = nullptr);
  virtual ~SuggestionServer() = default;

  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  // host:port as bound; empty for in-process only.
  virtual const std::string& address() const = 0;
};

}  // namespace qalam
