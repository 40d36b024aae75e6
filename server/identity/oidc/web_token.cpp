#include "server/identity/oidc/web_token.h"

#include <algorithm>
#include <cmath>

#include "server/identity/oidc/base64_url.h"
#include "server/identity/oidc/signature.h"

namespace qalam::oidc {

namespace {

Status Bad(std::string_view why) {
  return MakeStatus(StatusCode::kUnauthenticated, fmt::format("the token {}", why));
}

std::optional<Json> ReadObject(std::string_view part) {
  const auto text = DecodeBase64Url(part);
  if (!text) return std::nullopt;
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

std::string TextOf(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// A number of seconds since 1970; nullopt for others.
std::optional<Time> TimeOf(const Json& claims, const char* name) {
  const auto member = claims.find(name);
  if (member == claims.end() || !member->is_number()) return std::nullopt;
  const double seconds = member->get<double>();
  if (!std::isfinite(seconds) || std::abs(seconds) > 1e12) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

bool IsFor(const Json& claims, const std::string& audience) {
  const auto member = claims.find("aud");
  if (member == claims.end()) return false;
  if (member->is_string()) return member->get_ref<const std::string&>() == audience;
  return member->is_array() && std::any_of(member->begin(), member->end(), [&](const Json& one) {
           return one.is_string() && one == audience;
         });
}

}  // namespace

bool LooksLikeWebToken(std::string_view text) {
  return text.size() <= kLongestWebToken && text.starts_with("ey") &&
         std::count(text.begin(), text.end(), '.') == 2;
}

StatusOr<WebToken> ReadWebToken(std::string_view text) {
  if (!LooksLikeWebToken(text)) return Bad("is no JSON web token");
  const size_t first = text.find('.'), second = text.rfind('.');
  const auto header = ReadObject(text.substr(0, first));
  auto claims = ReadObject(text.substr(first + 1, second - first - 1));
  auto signature = DecodeBase64Url(text.substr(second + 1));
  if (!header || !claims || !signature) return Bad("is no JSON web token");
  WebToken token{.algorithm = TextOf(*header, "alg"),
                 .key_id = TextOf(*header, "kid"),
                 .claims = *std::move(claims),
                 .signed_text = std::string(text.substr(0, second)),
                 .signature = *std::move(signature)};
  if (!IsSignatureAlgorithm(token.algorithm)) {
    return Bad("is signed in a way that is not taken; RS256 and ES256 are, and their kin");
  }
  if (header->contains("crit")) return Bad("has a header that must be understood, and is not");
  return token;
}

Status CheckClaims(const Json& claims, const std::string& issuer, const std::string& audience,
                   Time now) {
  if (TextOf(claims, "iss") != issuer) return Bad("is of another issuer than " + issuer);
  if (!IsFor(claims, audience)) return Bad("is not for the audience " + audience);
  if (TextOf(claims, "sub").empty()) return Bad("does not say for whom it is (sub)");
  const auto end = TimeOf(claims, "exp");
  if (!end) return Bad("does not say when it ends (exp)");
  if (*end + kClockSkew <= now) return Bad("has expired, at " + qalam::FormatTime(*end));
  for (const char* name : {"nbf", "iat"}) {
    if (!claims.contains(name)) continue;
    const auto begin = TimeOf(claims, name);
    if (!begin || *begin - kClockSkew > now) {
      return Bad(fmt::format("is not good yet ({})", name));
    }
  }
  return absl::OkStatus();
}

Time EndOf(const Json& claims) {
  return TimeOf(claims, "exp").value_or(absl::InfinitePast()) + kClockSkew;
}

}  // namespace qalam::oidc
