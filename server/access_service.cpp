#include "server/access_service.h"

#include <algorithm>

#include "api/convert.h"
#include "api/proto/access_v1.grpc.pb.h"
#include "server/identity/call_guard.h"

namespace qalam {

namespace {

constexpr int kUsualEntries = 100;
constexpr int kMostEntries = 1000;
// A hundred years: longer is a mistake.
constexpr double kLongestSeconds = 100 * 365 * 86400.0;

int Limit(int asked) { return asked <= 0 ? kUsualEntries : std::min(asked, kMostEntries); }

v1::Token ToMessage(const TokenRecord& record) {
  v1::Token token;
  token.set_id(record.id);
  token.set_role(Name(record.role));
  for (const auto& name_space : record.namespaces) token.add_namespaces(name_space);
  token.set_description(record.description);
  *token.mutable_created() = ToProto(record.created);
  if (record.expires != absl::InfinitePast()) *token.mutable_expires() = ToProto(record.expires);
  if (record.revoked != absl::InfinitePast()) *token.mutable_revoked() = ToProto(record.revoked);
  if (record.last_used != absl::InfinitePast()) {
    *token.mutable_last_used() = ToProto(record.last_used);
  }
  return token;
}

v1::AuditEntry ToMessage(const AuditRecord& record) {
  v1::AuditEntry entry;
  entry.set_sequence(record.sequence);
  *entry.mutable_time() = ToProto(record.time);
  entry.set_caller(record.caller);
  entry.set_address(record.address);
  entry.set_action(record.action);
  entry.set_namespace_(record.name_space);
  entry.set_object(record.object);
  entry.set_outcome(record.outcome);
  return entry;
}

// Whoever manages a token must be an admin wherever it is good.
template <typename Namespaces>
Status CheckManages(const Identity& caller, const Namespaces& namespaces) {
  for (const auto& name_space : namespaces) {
    RETURN_IF_ERROR(Authority::CheckRole(caller, Role::kAdmin, name_space));
  }
  return absl::OkStatus();
}

class AccessService final : public v1::AccessService::Service {
 public:
  AccessService(Authority& authority, const Clock& clock)
      : authority_(authority),
        clock_(clock),
        guard_(authority, v1::AccessService::service_full_name()) {}

  grpc::Status CreateToken(grpc::ServerContext* context, const v1::CreateTokenRequest* request,
                           v1::CreateTokenReply* reply) override {
    return guard_.Run(*context, "CreateToken", *request,
                      [&](GuardedCall& call) { return Create(call, *request, *reply); });
  }
  grpc::Status ListTokens(grpc::ServerContext* context, const v1::ListTokensRequest* request,
                          v1::ListTokensReply* reply) override {
    return guard_.Run(*context, "ListTokens", *request,
                      [&](GuardedCall& call) { return List(call.identity(), *request, *reply); });
  }
  grpc::Status RevokeToken(grpc::ServerContext* context, const v1::RevokeTokenRequest* request,
                           v1::Token* reply) override {
    return guard_.Run(*context, "RevokeToken", *request,
                      [&](GuardedCall& call) { return Revoke(call.identity(), *request, *reply); });
  }
  grpc::Status ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request,
                         v1::ListAuditReply* reply) override {
    return guard_.Run(*context, "ListAudit", *request,
                      [&](GuardedCall& call) { return Audit(call.identity(), *request, *reply); });
  }

 private:
  Status Create(GuardedCall& call, const v1::CreateTokenRequest& request,
                v1::CreateTokenReply& reply);
  Status List(const Identity& caller, const v1::ListTokensRequest& request,
              v1::ListTokensReply& reply);
  Status Revoke(const Identity& caller, const v1::RevokeTokenRequest& request, v1::Token& reply);
  Status Audit(const Identity& caller, const v1::ListAuditRequest& request,
               v1::ListAuditReply& reply);

  Authority& authority_;
  const Clock& clock_;
  CallGuard guard_;
};

Status AccessService::Create(GuardedCall& call, const v1::CreateTokenRequest& request,
                             v1::CreateTokenReply& reply) {
  NewToken wanted{.namespaces = {request.namespaces().begin(), request.namespaces().end()},
                  .description = request.description()};
  if (!ParseRole(request.role(), &wanted.role)) {
    return InvalidArgument("the role should be viewer, editor or admin, not \"{}\"",
                           request.role().substr(0, 100));
  }
  const double seconds = request.expires_in_seconds();
  if (!(seconds >= 0 && seconds <= kLongestSeconds)) {
    return InvalidArgument("a token should expire within a hundred years, or never (0)");
  }
  if (seconds > 0) wanted.expires = clock_.Now() + absl::Seconds(seconds);
  RETURN_IF_ERROR(CheckManages(call.identity(), wanted.namespaces));
  ASSIGN_OR_RETURN(const auto made, authority_.tokens().Create(wanted));
  call.object = {.name_space = wanted.namespaces.size() == 1 ? wanted.namespaces.front() : "",
                 .name = made.record.id};
  *reply.mutable_token() = ToMessage(made.record);
  reply.set_secret(made.secret);
  return absl::OkStatus();
}

Status AccessService::List(const Identity& caller, const v1::ListTokensRequest& request,
                           v1::ListTokensReply& reply) {
  const int limit = Limit(request.page_size());
  ASSIGN_OR_RETURN(const auto tokens,
                   authority_.access().ListTokens(request.page_token(), limit + 1));
  const size_t shown = std::min<size_t>(tokens.size(), static_cast<size_t>(limit));
  for (size_t i = 0; i < shown; ++i) {
    if (CheckManages(caller, tokens[i].namespaces).ok()) {
      *reply.add_tokens() = ToMessage(tokens[i]);
    }
  }
  if (tokens.size() > shown) reply.set_next_page_token(tokens[shown - 1].id);
  return absl::OkStatus();
}

Status AccessService::Revoke(const Identity& caller, const v1::RevokeTokenRequest& request,
                             v1::Token& reply) {
  ASSIGN_OR_RETURN(auto token, authority_.access().FindToken(request.id()));
  if (!token) return NotFound("there is no token {}", request.id().substr(0, 100));
  RETURN_IF_ERROR(CheckManages(caller, token->namespaces));
  RETURN_IF_ERROR(authority_.tokens().Revoke(request.id()));
  ASSIGN_OR_RETURN(token, authority_.access().FindToken(request.id()));
  if (token) reply = ToMessage(*token);
  return absl::OkStatus();
}

Status AccessService::Audit(const Identity& caller, const v1::ListAuditRequest& request,
                            v1::ListAuditReply& reply) {
  const std::string& name_space = request.namespace_();
  RETURN_IF_ERROR(Authority::CheckRole(caller, Role::kAdmin,
                                       name_space.empty() ? kEveryNamespace : name_space));
  AuditQuery query{.before_sequence = request.before_sequence(), .limit = Limit(request.limit())};
  if (!name_space.empty()) query.name_space = name_space;
  ASSIGN_OR_RETURN(const auto records, authority_.access().ListAudit(query));
  for (const auto& record : records) *reply.add_entries() = ToMessage(record);
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<grpc::Service> MakeAccessService(Authority& authority, const Clock& clock) {
  return std::make_unique<AccessService>(authority, clock);
}

}  // namespace qalam
