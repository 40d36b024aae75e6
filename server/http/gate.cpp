#include "server/http/gate.h"

#include <algorithm>
#include <map>

#include "base/uid.h"
#include "server/http/security.h"
#include "server/identity/bearer.h"
#include "server/secret.h"

namespace qalam::http {

namespace {

// Cookies belong to a host whatever its port: with one name for all, signing in at one server would
// sign out at another.
std::string CookieName(const ApiRequest& request) {
  std::string port = SplitHostPort(request.Header("host")).second;
  std::erase_if(port, [](char c) { return c < '0' || c > '9'; });
  return port.empty() ? "qalam-session" : "qalam-session-" + port;
}

// Of "a=1; b=2"; empty when it is not there.
std::string CookieOf(const ApiRequest& request) {
  const std::string cookies = request.Header("cookie");
  const std::string wanted = CookieName(request) + "=";
  for (size_t begin = 0; begin < cookies.size();) {
    const size_t end = std::min(cookies.find(';', begin), cookies.size());
    const std::string cookie = cookies.substr(begin, end - begin);
    if (cookie.starts_with(wanted)) return cookie.substr(wanted.size());
    begin = cookies.find_first_not_of(' ', end + 1);
  }
  return "";
}

// Several tokens may have one name.
const std::string& HolderOf(const Identity& identity) {
  return identity.token_id.empty() ? identity.name : identity.token_id;
}

Status Refused(std::string_view why) { return MakeStatus(StatusCode::kUnauthenticated, why); }

}  // namespace

std::string Gate::CookieText(const ApiRequest& request, const std::string& value) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", CookieName(request), value,
                     is_tls_ ? "; Secure" : "");
}

IdentityPtr Gate::FindSession(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const Time now = clock_.Now();
  std::erase_if(sessions_,
                [&](const Session& session) { return session.opened + kLongestSession <= now; });
  IdentityPtr found;
  for (const auto& session : sessions_) {
    if (IsSameSecret(name, session.name)) found = session.identity;
  }
  return found;
}

StatusOr<IdentityPtr> Gate::Identify(const ApiRequest& request) {
  const std::string given = request.Header("authorization");
  if (given.empty()) {
    auto identity = FindSession(CookieOf(request));
    if (identity != nullptr) {
      RETURN_IF_ERROR(authority_.CheckStillGood(*identity));
      return identity;
    }
    if (authority_.is_required()) {
      return Refused(
          "this server wants a token: Authorization: Bearer TOKEN, or the cookie of POST "
          "/api/v1/session");
    }
  }
  return authority_.Identify(BearerOf(given), request.address);
}

Status Gate::CheckStillGood(const ApiRequest& request, const Identity& identity) {
  if (request.Header("authorization").empty() && authority_.is_required() &&
      FindSession(CookieOf(request)) == nullptr) {
    return Refused("the session has ended");
  }
  return authority_.CheckStillGood(identity);
}

void Gate::EndOneSession() {
  std::map<std::string, size_t> count;
  for (const auto& session : sessions_) ++count[HolderOf(*session.identity)];
  size_t most = 0;
  for (const auto& [holder, sessions] : count) most = std::max(most, sessions);
  sessions_.erase(std::find_if(sessions_.begin(), sessions_.end(), [&](const Session& session) {
    return count[HolderOf(*session.identity)] == most;
  }));
}

StatusOr<std::string> Gate::Open(const ApiRequest& request, const std::string& token) {
  if (!authority_.is_required()) return FailedPrecondition("this server wants no token");
  ASSIGN_OR_RETURN(auto identity, authority_.Identify(token, request.address));
  if (identity->IsTrial()) return PermissionDenied("a trial's token opens no session");
  Session session{.name = NewUid(), .identity = std::move(identity), .opened = clock_.Now()};
  std::string cookie = CookieText(request, session.name);
  absl::MutexLock lock(&mutex_);
  sessions_.push_back(std::move(session));
  if (sessions_.size() > kMostSessions) EndOneSession();
  return cookie;
}

std::string Gate::Close(const ApiRequest& request) {
  const std::string name = CookieOf(request);
  absl::MutexLock lock(&mutex_);
  std::erase_if(sessions_,
                [&](const Session& session) { return IsSameSecret(name, session.name); });
  return CookieText(request, "") + "; Max-Age=0";
}

}  // namespace qalam::http
