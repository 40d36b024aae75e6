// JSON web tokens (RFC 7519) as an OpenID issuer gives them out.
#pragma once

#include <string>
#include <string_view>

#include "api/experiment.h"
#include "base/clock.h"
#include "base/status.h"

namespace qalam::oidc {

inline constexpr size_t kLongestWebToken = 16 << 10;
// By how much clocks may differ.
inline constexpr Duration kClockSkew = absl::Seconds(60);

struct WebToken {
  std::string algorithm, key_id;  // of the header; the second may be empty
  Json claims;
  std::string signed_text;  // header and claims as they came
  std::string signature;
};

// Three parts in base64url: nothing is known yet of whose it is.
bool LooksLikeWebToken(std::string_view text);
// UNAUTHENTICATED for what is none, for an algorithm that is not for signatures, and for a header
// with parts that must be understood (`crit`).
StatusOr<WebToken> ReadWebToken(std::string_view text);

// UNAUTHENTICATED unless it is of the issuer, for the audience, has begun and not yet ended.
Status CheckClaims(const Json& claims, const std::string& issuer, const std::string& audience,
                   Time now);
// When it ends; the claims have been checked.
Time EndOf(const Json& claims);

}  // namespace qalam::oidc
