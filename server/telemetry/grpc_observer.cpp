#include "server/telemetry/grpc_observer.h"

#include <absl/time/clock.h>
#include <grpc/support/log.h>
#include <grpcpp/server_context.h>

#include "base/log.h"

namespace qalam {

namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// Calls within the process have none; what the HTTP server asks by them has been counted there.
bool IsSocket(const std::string& peer) {
  return peer.starts_with("ipv4:") || peer.starts_with("ipv6:") || peer.starts_with("unix:");
}

class GrpcCallTimer final : public grpc::experimental::Interceptor {
 public:
  GrpcCallTimer(Telemetry& telemetry, ServerRpcInfo& call)
      : telemetry_(telemetry), call_(call), method_(call.method()), begin_(absl::Now()) {}
  // A call that the client gave up has no status of ours.
  ~GrpcCallTimer() override {
    if (!is_noted_) Note(StatusCode::kCancelled);
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      is_local_ = !IsSocket(call_.server_context()->peer());
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Note(static_cast<StatusCode>(methods->GetSendStatus().error_code()));
    }
    methods->Proceed();
  }

 private:
  void Note(StatusCode code) {
    is_noted_ = true;
    if (!is_local_) telemetry_.NoteGrpc(method_, code, absl::Now() - begin_);
  }

  Telemetry& telemetry_;
  ServerRpcInfo& call_;
  const std::string method_;
  const Time begin_;
  bool is_local_ = false;
  bool is_noted_ = false;
};

class GrpcCallTimers final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit GrpcCallTimers(Telemetry& telemetry) : telemetry_(telemetry) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    return new GrpcCallTimer(telemetry_, *call);
  }

 private:
  Telemetry& telemetry_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> GrpcObservers(
    Telemetry& telemetry) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> observers;
  observers.push_back(std::make_unique<GrpcCallTimers>(telemetry));
  return observers;
}

void SendGrpcLogToProgramLog() {
  gpr_set_log_function([](gpr_log_func_args* line) {
    const LogLevel level = line->severity == GPR_LOG_SEVERITY_ERROR  ? LogLevel::kError
                           : line->severity == GPR_LOG_SEVERITY_INFO ? LogLevel::kInfo
                                                                     : LogLevel::kDebug;
    Log(level, "grpc", line->message);
  });
}

}  // namespace qalam
