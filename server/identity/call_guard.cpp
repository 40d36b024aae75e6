#include "server/identity/call_guard.h"

#include <grpcpp/security/auth_context.h>

#include "base/log.h"
#include "server/identity/bearer.h"

namespace qalam {

namespace {

std::string_view FindEntry(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata,
                           const char* name) {
  const auto entry = metadata.find(name);
  if (entry == metadata.end()) return {};
  return {entry->second.data(), entry->second.size()};
}

// "ipv4:127.0.0.1:80" and "ipv6:%5B::1%5D:80" without kind and port.
std::string AddressOf(const std::string& peer) {
  if (!peer.starts_with("ipv")) return peer.substr(0, peer.find(':'));
  const size_t begin = peer.find(':') + 1;
  return peer.substr(begin, peer.rfind(':') - begin);
}

// The socket beside the database is the only one of a file that is served without credentials while
// tokens are wanted.
bool IsPrivateSocket(const grpc::ServerContextBase& context) {
  if (!context.peer().starts_with("unix:")) return false;
  const auto auth = context.auth_context();
  if (auth == nullptr) return true;
  const auto types = auth->FindPropertyValues("transport_security_type");
  return types.empty() || types.front() == "insecure";
}

}  // namespace

StatusOr<Caller> CallGuard::CallerOf(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  if (const auto passed = FindEntry(metadata, kPassedCaller); !passed.empty()) {
    Caller caller = authority_.TakePassed(std::string(passed));
    if (caller.identity != nullptr) return caller;
    return PermissionDenied("{} is not for callers", kPassedCaller);
  }
  const std::string peer = context.peer();
  const auto shown = FindEntry(metadata, "authorization");
  if (shown.empty() && IsPrivateSocket(context)) return Caller{ThisUser(), ""};
  ASSIGN_OR_RETURN(auto identity, authority_.Identify(BearerOf(shown), kSharedSource));
  return Caller{std::move(identity), AddressOf(peer)};
}

StatusOr<GuardedCall> CallGuard::Begin(const grpc::ServerContextBase& context, const char* method,
                                       CallObjects objects) {
  const std::string name = fmt::format("/{}/{}", service_, method);
  const CallRight* right = FindRight(name);
  if (right == nullptr) return PermissionDenied("nobody may call {}", name);
  GuardedCall call{.right = right};
  ASSIGN_OR_RETURN(call.caller, CallerOf(context));
  if (!objects.empty()) call.object = objects.front();
  call.objects = std::move(objects);
  const Status allowed = Authority::CheckObjects(call.identity(), *right, call.objects);
  if (!allowed.ok()) return End(call, allowed);
  return call;
}

Status CallGuard::CheckStillAllowed(const GuardedCall& call) {
  RETURN_IF_ERROR(authority_.CheckStillGood(call.identity()));
  const Status allowed = Authority::CheckObjects(call.identity(), *call.right, call.objects);
  // A cluster that cannot be asked just now takes nobody's roles.
  return allowed.code() == StatusCode::kUnavailable ? absl::OkStatus() : allowed;
}

Status CallGuard::End(const GuardedCall& call, const Status& status) {
  if (!call.right->is_audited) return status;
  const Status written = authority_.WriteAudit(*call.right, call.caller, call.object, status);
  if (written.ok()) return status;
  Logger("identity")
      .Error("a call was not written to the audit log", {{"error", Message(written)}});
  if (!status.ok()) return status;
  return WithContext(written, "it was done, but not written to the audit log");
}

}  // namespace qalam
