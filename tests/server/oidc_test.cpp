// Tokens of an OpenID issuer, and every way in which one can be wrong.

#include <catch2/catch.hpp>

#include "server/identity/oidc/base64_url.h"
#include "server/identity/oidc/issuer_keys.h"
#include "server/identity/oidc/oidc_verifier.h"
#include "server/identity/oidc/signature.h"
#include "tests/support/guarded_server.h"
#include "tests/support/manual_clock.h"
#include "tests/support/openid_issuer.h"

namespace qalam::oidc {
namespace {

constexpr int64_t kNow = 1'800'000'000;

struct Login {
  ManualClock clock{absl::FromUnixSeconds(kNow)};
  SigningKey key{"first", "ES256"};
  OpenIdIssuer issuer;
  std::shared_ptr<BearerVerifier> verifier;

  Login() {
    issuer.keys = {&key};
    auto made = MakeOidcVerifier({.issuer = issuer.Url(),
                                  .audience = "qalam",
                                  .roles = {"groups=ml:editor@team-a", "groups=ml:viewer@team-b",
                                            "realm_access.roles=boss:admin@*"}},
                                 clock);
    INFO(Message(made.status()));
    REQUIRE(made.ok());
    verifier = *made;
  }
  Json Claims() const {
    return {{"iss", issuer.Url()}, {"aud", "qalam"},   {"sub", "ann"},
            {"exp", kNow + 300},   {"iat", kNow - 10}, {"groups", {"other", "ml"}}};
  }
  Json With(const std::string& name, const Json& value) const {
    Json claims = Claims();
    claims[name] = value;
    return claims;
  }
  Json Without(const std::string& name) const {
    Json claims = Claims();
    claims.erase(name);
    return claims;
  }
  // "" when it is good.
  std::string Refusal(const std::string& token) const {
    const auto identity = verifier->Identify(token);
    if (identity.ok()) return "";
    CHECK(identity.status().code() == StatusCode::kUnauthenticated);
    return Message(identity.status());
  }
};

bool Says(const std::string& text, const std::string& part) {
  CAPTURE(text, part);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A token of the issuer gives the roles that its claims stand for", "[oidc]") {
  const std::string algorithm =
      GENERATE("RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "RS512");
  CAPTURE(algorithm);
  Login login;
  const SigningKey key("of its own", algorithm);
  login.issuer.keys = {&login.key, &key};
  Json claims = login.Claims();
  claims["aud"] = {"another", "qalam"};
  claims["email"] = "ann@example.org";
  claims["email_verified"] = true;
  const auto identity = login.verifier->Identify(key.Sign(claims));
  INFO(Message(identity.status()));
  REQUIRE(identity.ok());
  CHECK((*identity)->name == "oidc ann (ann@example.org)");
  CHECK(*Has(**identity, Role::kEditor, "team-a"));
  CHECK_FALSE(*Has(**identity, Role::kEditor, "team-b"));
  CHECK(*Has(**identity, Role::kViewer, "team-b"));
  CHECK_FALSE(*Has(**identity, Role::kViewer, "team-c"));
  CHECK((*identity)->expires == absl::FromUnixSeconds(kNow + 360));
  claims["realm_access"] = {{"roles", {"boss"}}};
  CHECK(*Has(**login.verifier->Identify(key.Sign(claims)), Role::kAdmin, kEveryNamespace));
}

TEST_CASE("A token with wrong claims is refused", "[oidc]") {
  Login login;
  const auto refusal = [&](const Json& claims) { return login.Refusal(login.key.Sign(claims)); };
  REQUIRE(refusal(login.Claims()).empty());
  CHECK(Says(refusal(login.With("iss", "https://another.example")), "another issuer"));
  CHECK(Says(refusal(login.With("iss", login.issuer.Url() + "/")), "another issuer"));
  CHECK(Says(refusal(login.Without("iss")), "another issuer"));
  for (const Json& audience : {Json("another"), Json::array(), Json({"a", "b"}), Json(7)}) {
    CHECK(Says(refusal(login.With("aud", audience)), "not for the audience"));
  }
  CHECK(Says(refusal(login.Without("aud")), "not for the audience"));
  CHECK(Says(refusal(login.Without("sub")), "for whom"));
  CHECK(Says(refusal(login.Without("exp")), "when it ends"));
  CHECK(Says(refusal(login.With("exp", "never")), "when it ends"));
  CHECK(Says(refusal(login.With("exp", 1e300)), "when it ends"));
  CHECK(Says(refusal(login.With("exp", kNow - 60)), "has expired"));
  CHECK(refusal(login.With("exp", kNow - 59)).empty());
  CHECK(Says(refusal(login.With("nbf", kNow + 61)), "not good yet"));
  CHECK(refusal(login.With("nbf", kNow + 60)).empty());
  CHECK(Says(refusal(login.With("nbf", "soon")), "not good yet"));
  CHECK(Says(refusal(login.With("iat", kNow + 3600)), "not good yet"));
}

TEST_CASE("A token with a wrong signature is refused", "[oidc]") {
  Login login;
  const std::string good = login.key.Sign(login.Claims());
  const auto refused = [&](const std::string& token) { return !login.Refusal(token).empty(); };
  REQUIRE_FALSE(refused(good));
  const size_t dot = good.find('.'), last = good.rfind('.');

  SECTION("of another key, also under the right one's name") {
    const SigningKey other("first", "ES256");
    CHECK(refused(other.Sign(login.Claims())));
    CHECK(refused(login.key.Sign(login.Claims(), {{"kid", "not there"}})));
    // Without a name all keys are tried.
    CHECK_FALSE(refused(login.key.Sign(login.Claims(), {{"kid", ""}})));
  }
  SECTION("changed afterwards") {
    const Json claims = login.With("groups", {"boss"});
    CHECK(refused(good.substr(0, dot + 1) + EncodeBase64Url(claims.dump()) + good.substr(last)));
    for (const size_t place : {last + 1, last + 20, good.size() - 2}) {
      std::string changed = good;
      changed[place] = changed[place] == 'A' ? 'B' : 'A';
      CHECK(refused(changed));
    }
    CHECK(refused(good.substr(0, last + 1)));
    CHECK(refused(good.substr(0, last)));
    CHECK(refused(good + "AAAA"));
    CHECK(refused(good + "="));
    CHECK(refused(good + "." + good.substr(last + 1)));
  }
  SECTION("none at all, or with a secret that everybody knows") {
    for (const char* algorithm : {"none", "None", "NONE", "", "HS256", "HS384", "HS512", "es256"}) {
      CAPTURE(algorithm);
      CHECK(Says(login.Refusal(login.key.Sign(login.Claims(), {{"alg", algorithm}})),
                 "a way that is not taken"));
      const std::string header = EncodeBase64Url(Json{{"alg", algorithm}}.dump());
      CHECK(refused(header + good.substr(dot, last + 1 - dot)));
    }
    CHECK(refused(login.key.Sign(login.Claims(), {{"alg", 7}})));
  }
  SECTION("by another algorithm than the key is for") {
    const SigningKey rsa("rsa", "RS256");
    login.issuer.keys = {&login.key, &rsa};
    login.clock.Advance(absl::Minutes(1));
    REQUIRE_FALSE(refused(rsa.Sign(login.Claims())));
    CHECK(refused(rsa.Sign(login.Claims(), {{"alg", "PS256"}})));
    CHECK(refused(rsa.Sign(login.Claims(), {{"alg", "RS512"}})));
    CHECK(refused(rsa.Sign(login.Claims(), {{"alg", "ES256"}})));
    CHECK(refused(login.key.Sign(login.Claims(), {{"alg", "RS256"}, {"kid", "rsa"}})));
    CHECK(refused(login.key.Sign(login.Claims(), {{"alg", "ES384"}})));
  }
  SECTION("with a header that must be understood") {
    CHECK(refused(login.key.Sign(login.Claims(), {{"crit", {"exp"}}, {"exp", 1}})));
  }
  SECTION("with keys of its own") {
    const SigningKey own("own", "ES256");
    CHECK(refused(own.Sign(login.Claims(), {{"jwk", own.Public()}, {"kid", "own"}})));
    CHECK(refused(own.Sign(login.Claims(), {{"jku", login.issuer.Url()}, {"kid", "own"}})));
  }
  SECTION("no token") {
    for (const std::string& text : {std::string("ey.ey.ey"), std::string("e30.e30."),
                                    std::string("eyJhbGciOiJFUzI1NiJ9.W10.AA"), std::string(".."),
                                    "ey" + std::string(20'000, 'a')}) {
      CHECK(refused(text));
    }
  }
}

TEST_CASE("New keys are asked for when a token names one, though seldom", "[oidc]") {
  Login login;
  REQUIRE(login.Refusal(login.key.Sign(login.Claims())).empty());
  CHECK(login.issuer.discoveries == 1);
  const SigningKey next("next", "ES256");
  login.issuer.keys = {&next};
  const std::string token = next.Sign(login.Claims());
  CHECK_FALSE(login.Refusal(token).empty());
  for (int i = 0; i < 10; ++i) login.Refusal(next.Sign(login.Claims(), {{"kid", "made up"}}));
  CHECK(login.issuer.discoveries == 1);
  login.clock.Advance(IssuerKeys::kPause);
  CHECK(login.Refusal(token).empty());
  CHECK(login.issuer.discoveries == 2);
  // What the issuer has taken back is good no more.
  CHECK_FALSE(login.Refusal(login.key.Sign(login.Claims())).empty());
}

TEST_CASE("An issuer that is away stops nobody whose key is known, for a day", "[oidc]") {
  Login login;
  const auto at = [&](Duration later) {
    Json claims = login.Claims();
    claims["exp"] = kNow + absl::ToInt64Seconds(later) + 1000;
    return login.verifier->Identify(login.key.Sign(claims)).status().code();
  };
  login.issuer.is_away = true;
  CHECK(at(absl::ZeroDuration()) == StatusCode::kUnavailable);
  login.issuer.is_away = false;
  login.clock.Advance(IssuerKeys::kPause);
  REQUIRE(at(absl::Minutes(1)) == StatusCode::kOk);
  login.issuer.is_away = true;
  login.clock.Advance(absl::Hours(2));
  CHECK(at(absl::Hours(2)) == StatusCode::kOk);
  login.clock.Advance(absl::Hours(23));
  CHECK(at(absl::Hours(26)) == StatusCode::kUnavailable);
}

TEST_CASE("An issuer is believed only about itself, and weak keys are not taken", "[oidc]") {
  Login login;
  login.issuer.says = "https://another.example";
  CHECK(login.verifier->Identify(login.key.Sign(login.Claims())).status().code() ==
        StatusCode::kUnavailable);
  const SigningKey weak("weak", "RS256", 1024);
  CHECK_FALSE(ReadJsonWebKey(weak.Public()).ok());
  Json off_curve = login.key.Public();
  off_curve["y"] = off_curve["x"];
  CHECK_FALSE(ReadJsonWebKey(off_curve).ok());
  CHECK_FALSE(ReadJsonWebKey({{"kty", "oct"}, {"k", "c2VjcmV0"}}).ok());
  CHECK_FALSE(ReadJsonWebKey(Json::array()).ok());
}

TEST_CASE("Text in base64url is taken in its one form", "[oidc]") {
  CHECK(DecodeBase64Url("_-8") == "\xff\xef");
  CHECK(DecodeBase64Url("") == "");
  for (const char* text : {"A", "AA==", "A+", "A/", "AB", "_-9", "A A"}) {
    CAPTURE(text);
    CHECK_FALSE(DecodeBase64Url(text));
  }
}

TEST_CASE("Options of an issuer that would let the wrong ones in are refused", "[oidc]") {
  const SystemClock clock;
  const auto refused = [&](const OidcOptions& options) {
    return MakeOidcVerifier(options, clock).status().code() == StatusCode::kInvalidArgument;
  };
  const std::string rule = "sub=*:viewer@*";
  CHECK_FALSE(refused({.issuer = "https://a.example", .audience = "q", .roles = {rule}}));
  CHECK(refused({.issuer = "http://a.example", .audience = "q", .roles = {rule}}));
  CHECK(refused({.issuer = "a.example", .audience = "q", .roles = {rule}}));
  CHECK(refused({.issuer = "https://a.example", .roles = {rule}}));
  CHECK(refused({.issuer = "https://a.example", .audience = "q"}));
  for (const char* text : {"", "groups", "groups=a", "groups=a:editor", "groups=a:boss@b",
                           "=a:viewer@b", "groups=:viewer@b", "groups=a:viewer@"}) {
    CAPTURE(text);
    CHECK(refused({.issuer = "https://a.example", .audience = "q", .roles = {text}}));
  }
  const auto odd = ParseRoleRule("email=a:b@c.org:admin@team");
  REQUIRE(odd.ok());
  CHECK(odd->value == "a:b@c.org");
}

TEST_CASE("A server takes its issuer's tokens on both front doors", "[oidc]") {
  OpenIdIssuer issuer;
  const SigningKey key("first", "RS256");
  issuer.keys = {&key};
  GuardedServer server([&](ServerOptions& options) {
    options.access.require_token = false;  // implied
    options.oidc = {.issuer = issuer.Url(), .audience = "qalam", .roles = {"sub=ann:viewer@team"}};
  });
  const auto token = [&](const std::string& who) {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    return key.Sign({{"iss", issuer.Url()}, {"aud", "qalam"}, {"sub", who}, {"exp", now + 300}});
  };
  CHECK(server.Http("GET", "/info", "").status == 401);
  CHECK(server.Http("GET", "/info", token("ann")).status == 200);
  CHECK(server.Http("GET", "/info", token("bob")).status == 403);
  CHECK(server.Http("GET", "/experiments?namespace=other", token("ann")).status == 403);
  const auto stub = v1::ExperimentService::NewStub(server.Channel());
  v1::ServerInfo info;
  const auto status = [&](const std::string& secret) {
    grpc::ClientContext context;
    GuardedServer::Show(context, secret);
    return stub->GetServerInfo(&context, {}, &info).error_code();
  };
  CHECK(status(token("ann")) == grpc::StatusCode::OK);
  CHECK(status(token("bob")) == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(status(token("ann") + "A") == grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace qalam::oidc
