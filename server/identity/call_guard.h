// The check of rights in front of each method of a gRPC service, and the audit log behind it.
#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <utility>

#include "api/grpc_status.h"
#include "server/identity/authority.h"

namespace qalam {

// The name under which a caller is passed within the process, in a call's metadata.
inline constexpr char kPassedCaller[] = "qalam-passed-caller";

// A call that is allowed, while it is carried out.
struct GuardedCall {
  const CallRight* right = nullptr;
  Caller caller;
  CallObjects objects;  // that the rights were checked for
  CallObject object;    // for the audit log; the method may say more than the request did

  const Identity& identity() const { return *caller.identity; }
};

class CallGuard {
 public:
  // `service` is the service's full name. The authority must outlive it.
  CallGuard(Authority& authority, std::string service)
      : authority_(authority), service_(std::move(service)) {}

  template <typename Request>
  StatusOr<GuardedCall> Begin(const grpc::ServerContextBase& context, const char* method,
                              const Request& request) {
    return Begin(context, method, ObjectsOf(request));
  }
  // Of a call that goes on for long: UNAUTHENTICATED or PERMISSION_DENIED once it would not be
  // begun.
  Status CheckStillAllowed(const GuardedCall& call);
  // What the caller is answered: `status`, unless it was to be audited and could not be.
  Status End(const GuardedCall& call, const Status& status);

  // `work(call)` returns a Status.
  template <typename Request, typename Work>
  grpc::Status Run(const grpc::ServerContextBase& context, const char* method,
                   const Request& request, const Work& work) {
    auto call = Begin(context, method, request);
    if (!call.ok()) return ToGrpc(call.status());
    return ToGrpc(End(*call, work(*call)));
  }

  Authority& authority() { return authority_; }

 private:
  StatusOr<GuardedCall> Begin(const grpc::ServerContextBase& context, const char* method,
                              CallObjects objects);
  StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context);

  Authority& authority_;
  const std::string service_;
};

}  // namespace qalam
