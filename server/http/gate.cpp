#include "server/http/gate.h"

#include <algorithm>

#include "base/uid.h"
#include "server/http/security.h"
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

Status Refused(std::string_view why) { return MakeStatus(StatusCode::kUnauthenticated, why); }

Status WrongToken() { return Refused("the token is not this server's"); }

std::string CookieText(const ApiRequest& request, const std::string& value) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", CookieName(request), value);
}

}  // namespace

bool Gate::IsOpen(const std::string& session) const {
  absl::MutexLock lock(&mutex_);
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [&](const std::string& known) { return IsSameSecret(session, known); });
}

Status Gate::Check(const ApiRequest& request) const {
  if (token_.empty()) return absl::OkStatus();
  const std::string given = request.Header("authorization");
  if (IsSameSecret(given, "Bearer " + token_)) return absl::OkStatus();
  if (!given.empty()) return WrongToken();
  if (IsOpen(CookieOf(request))) return absl::OkStatus();
  return Refused(
      "this server wants its token: Authorization: Bearer TOKEN, or the cookie of POST "
      "/api/v1/session");
}

StatusOr<std::string> Gate::Open(const ApiRequest& request, const std::string& token) {
  if (token_.empty()) return FailedPrecondition("this server has no token");
  if (!IsSameSecret(token, token_)) return WrongToken();
  const std::string session = NewUid();
  absl::MutexLock lock(&mutex_);
  sessions_.push_back(session);
  if (sessions_.size() > kMostSessions) sessions_.pop_front();
  return CookieText(request, session);
}

std::string Gate::Close(const ApiRequest& request) {
  const std::string session = CookieOf(request);
  absl::MutexLock lock(&mutex_);
  std::erase_if(sessions_, [&](const std::string& known) { return IsSameSecret(session, known); });
  return CookieText(request, "") + "; Max-Age=0";
}

}  // namespace qalam::http
