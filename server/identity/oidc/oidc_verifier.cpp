#include "server/identity/oidc/oidc_verifier.h"

#include <algorithm>

#include "base/files.h"
#include "server/identity/oidc/issuer_keys.h"
#include "server/identity/oidc/web_token.h"

namespace qalam::oidc {

namespace {

class OidcVerifier final : public BearerVerifier {
 public:
  OidcVerifier(const OidcOptions& options, std::vector<RoleRule> rules, std::string authorities,
               const Clock& clock)
      : issuer_(options.issuer),
        audience_(options.audience),
        rules_(std::move(rules)),
        clock_(clock),
        keys_(options.issuer, std::move(authorities), clock) {}

  bool IsOne(std::string_view bearer) const override {
    if (!LooksLikeWebToken(bearer)) return false;
    // Those of others, such as a cluster's service accounts, are left to whoever knows them.
    const auto token = ReadWebToken(bearer);
    return !token.ok() || token->claims.value("iss", Json()) == issuer_;
  }
  StatusOr<IdentityPtr> Identify(std::string_view bearer) override;

 private:
  Status CheckSignature(const WebToken& token);

  const std::string issuer_, audience_;
  const std::vector<RoleRule> rules_;
  const Clock& clock_;
  IssuerKeys keys_;
};

Status OidcVerifier::CheckSignature(const WebToken& token) {
  ASSIGN_OR_RETURN(const auto keys, keys_.For(token.key_id));
  const bool verifies = std::any_of(keys.begin(), keys.end(), [&](const IssuerKey& key) {
    return (key.algorithm.empty() || key.algorithm == token.algorithm) &&
           Verifies(key.key, token.algorithm, token.signed_text, token.signature);
  });
  if (verifies) return absl::OkStatus();
  return MakeStatus(StatusCode::kUnauthenticated,
                    fmt::format("the token is signed by none of the keys of {}", issuer_));
}

StatusOr<IdentityPtr> OidcVerifier::Identify(std::string_view bearer) {
  ASSIGN_OR_RETURN(const auto token, ReadWebToken(bearer));
  // First what costs nothing, so that nobody else's tokens make the issuer be asked.
  RETURN_IF_ERROR(CheckClaims(token.claims, issuer_, audience_, clock_.Now()));
  RETURN_IF_ERROR(CheckSignature(token));
  auto identity = std::make_shared<Identity>();
  identity->name = "oidc " + token.claims["sub"].get<std::string>().substr(0, 200);
  const bool has_address = token.claims.value("email_verified", Json()) == true &&
                           token.claims.contains("email") && token.claims["email"].is_string();
  if (has_address) {
    identity->name += " (" + token.claims["email"].get<std::string>().substr(0, 200) + ")";
  }
  identity->roles = RolesOf(rules_, token.claims);
  identity->expires = EndOf(token.claims);
  return IdentityPtr(std::move(identity));
}

}  // namespace

StatusOr<std::shared_ptr<BearerVerifier>> MakeOidcVerifier(const OidcOptions& options,
                                                           const Clock& clock) {
  RETURN_IF_ERROR(CheckIssuer(options.issuer));
  if (options.audience.empty()) {
    return InvalidArgument(
        "--oidc-issuer needs --oidc-audience: without it, tokens that the issuer gives out for "
        "other services would be good here");
  }
  if (options.roles.empty()) {
    return InvalidArgument(
        "--oidc-issuer needs --oidc-role: without one, nobody may do anything; e.g. "
        "groups=ml-team:editor@team-a");
  }
  std::vector<RoleRule> rules;
  for (const auto& text : options.roles) {
    ASSIGN_OR_RETURN(rules.emplace_back(), ParseRoleRule(text));
  }
  std::string authorities;
  if (!options.ca.empty()) {
    ASSIGN_OR_RETURN(authorities, ReadFile(options.ca, 1 << 20));
  }
  return std::shared_ptr<BearerVerifier>(
      std::make_shared<OidcVerifier>(options, std::move(rules), std::move(authorities), clock));
}

}  // namespace qalam::oidc
