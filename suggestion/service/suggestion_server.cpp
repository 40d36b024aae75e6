#include "suggestion/service/suggestion_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include "suggestion/service/katib_early_stopping.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {

namespace {

// A Katib client sends its whole history each time: 64 MiB is some hundred thousand trials.
constexpr int kMaxMessageBytes = 64 << 20;

class GrpcSuggestionServer final : public SuggestionServer {
 public:
  ~GrpcSuggestionServer() override {
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    }
  }

  Status Begin(const std::string& address, std::shared_ptr<grpc::ServerCredentials> credentials) {
    if (credentials == nullptr) credentials = grpc::InsecureServerCredentials();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    int port = 0;
    if (!address.empty()) {
      builder.AddListeningPort(address, credentials, &port);
    }
    builder.RegisterService(suggestion_.get());
    builder.RegisterService(katib_.get());
    builder.RegisterService(early_stopping_.get());
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || (!address.empty() && port == 0)) {
      return Unavailable("cannot listen on {}; is the address in use?", address);
    }
    if (!address.empty()) {
      const size_t colon = address.rfind(':');
      address_ = address.starts_with("unix:")
                     ? address
                     : fmt::format("{}:{}", address.substr(0, colon), port);
    }
    return absl::OkStatus();
  }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
    return server_->InProcessChannel(arguments);
  }
  const std::string& address() const override { return address_; }

 private:
  const std::unique_ptr<grpc::Service> suggestion_ = MakeSuggestionService();
  const std::unique_ptr<grpc::Service> katib_ = MakeKatibSuggestionService();
  const std::unique_ptr<grpc::Service> early_stopping_ =
      MakeKatibEarlyStoppingService(RemoteEarlyStoppingWorld());
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

StatusOr<std::unique_ptr<SuggestionServer>> SuggestionServer::Start(
    const std::string& address, std::shared_ptr<grpc::ServerCredentials> credentials) {
  auto server = std::make_unique<GrpcSuggestionServer>();
  RETURN_IF_ERROR(server->Begin(address, std::move(credentials)));
  return std::unique_ptr<SuggestionServer>(std::move(server));
}

}  // namespace qalam
