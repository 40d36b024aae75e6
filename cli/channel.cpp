#include "cli/channel.h"

#include <grpcpp/grpcpp.h>

#include <cstdlib>

#include "server/access.h"
#include "server/identity/added_metadata.h"
#include "server/identity/bearer.h"

namespace qalam {

namespace {

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& token) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  // Call credentials would need TLS, also on this machine.
  if (!token.empty()) {
    interceptors.push_back(
        AddedMetadata("authorization", [shown = AuthorizationOf(token)] { return shown; }));
  }
  return grpc::experimental::CreateCustomChannelWithInterceptors(address, credentials, arguments,
                                                                 std::move(interceptors));
}

}  // namespace

StatusOr<std::string> GivenToken(const CommonOptions& options) {
  if (!options.token_file.empty()) return ReadTokenFile(options.token_file);
  const char* token = std::getenv("QALAM_TOKEN");
  return std::string(token == nullptr ? "" : token);
}

std::shared_ptr<grpc::Channel> PlainChannel(const std::string& address) {
  return MakeChannel(address, grpc::InsecureChannelCredentials(), "");
}

StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const CommonOptions& options) {
  ASSIGN_OR_RETURN(const std::string token, GivenToken(options));
  // No server speaks TLS on a socket file. A trial has the QALAM_TLS_CA of its server's
  // environment, which is meant for others.
  if (options.tls_ca.empty() || options.server.starts_with("unix:")) {
    if (!token.empty() && !IsLoopback(options.server)) {
      return InvalidArgument(
          "the token would travel to {} for everybody to read; give --tls-ca, so that it does not",
          options.server);
    }
    return MakeChannel(options.server, grpc::InsecureChannelCredentials(), token);
  }
  ASSIGN_OR_RETURN(const auto credentials,
                   ChannelCredentialsFor({.ca = options.tls_ca,
                                          .certificate = options.tls_client_certificate,
                                          .key = options.tls_client_key}));
  return MakeChannel(options.server, credentials, token);
}

}  // namespace qalam
