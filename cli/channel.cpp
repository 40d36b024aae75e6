#include "cli/channel.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_interceptor.h>

#include <cstdlib>

#include "server/access.h"

namespace qalam {

namespace {

// Call credentials would need TLS, also on this machine.
class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(const std::string& value) : value_(value) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", value_);
    }
    methods->Proceed();
  }

 private:
  const std::string& value_;  // the factory's, which lives as long as the channel
};

class TokenInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(const std::string& token) : value_("Bearer " + token) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* info) override {
    return new TokenInterceptor(value_);
  }

 private:
  const std::string value_;
};

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& token) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!token.empty()) interceptors.push_back(std::make_unique<TokenInterceptorFactory>(token));
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
  if (options.tls_ca.empty()) {
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
