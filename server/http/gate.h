// Who asks the API: by a token, or by the cookie that a browser has exchanged one for.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "server/http/api_request.h"
#include "server/identity/authority.h"

namespace qalam::http {

// Takes `Authorization: Bearer TOKEN`, and of browsers the cookie: a random name of a session. A
// session ends when its token does, after kLongestSession, and with the server at the latest.
// Thread-safe.
class Gate {
 public:
  // When there are more, the oldest of whoever has the most ends: nobody signs others out.
  static constexpr size_t kMostSessions = 256;
  static constexpr Duration kLongestSession = absl::Hours(12);

  // They must outlive it. `is_tls`: cookies are for TLS alone.
  Gate(Authority& authority, const Clock& clock, bool is_tls)
      : authority_(authority), clock_(clock), is_tls_(is_tls) {}

  // UNAUTHENTICATED says what is missing; RESOURCE_EXHAUSTED as Authority::Identify.
  StatusOr<IdentityPtr> Identify(const ApiRequest& request);
  // Whether the request would still be from that caller: its session is open, its token good.
  Status CheckStillGood(const ApiRequest& request, const Identity& identity);
  // A new session, as the value of Set-Cookie. Errors as Identify, FAILED_PRECONDITION where no
  // token is wanted.
  StatusOr<std::string> Open(const ApiRequest& request, const std::string& token);
  // Ends the request's session, if it has one: the value of Set-Cookie that clears the cookie.
  std::string Close(const ApiRequest& request);

  Authority& authority() { return authority_; }

 private:
  struct Session {
    std::string name;
    IdentityPtr identity;
    Time opened;
  };
  // Null when there is none.
  IdentityPtr FindSession(const std::string& name);
  void EndOneSession() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string CookieText(const ApiRequest& request, const std::string& value) const;

  Authority& authority_;
  const Clock& clock_;
  const bool is_tls_;
  absl::Mutex mutex_;
  std::deque<Session> sessions_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace qalam::http
