#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/identity/authority.h"
#include "server/identity/oidc/role_rules.h"

namespace qalam::oidc {

struct OidcOptions {
  std::string issuer;              // "https://login.example.org/realms/a"; empty: none
  std::string audience;            // what the tokens must be for
  std::vector<std::string> roles;  // see RoleRule
  std::string ca;  // a PEM file, by which the issuer is trusted; empty: the system's
};

// Bearer tokens of an OpenID issuer: JSON web tokens that it has signed. INVALID_ARGUMENT for
// options that are none. `clock` must outlive it.
StatusOr<std::shared_ptr<BearerVerifier>> MakeOidcVerifier(const OidcOptions& options,
                                                           const Clock& clock);

}  // namespace qalam::oidc
