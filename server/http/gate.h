// Who may use the API of a server that has a token.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <string>

#include "base/status.h"
#include "server/http/api_request.h"

namespace qalam::http {

// Lets in those who show the token as `Authorization: Bearer TOKEN`, and browsers by the cookie
// that they have exchanged it for: a random name of a session, which ends with the server at the
// latest. Thread-safe.
class Gate {
 public:
  // The oldest sessions end when there are more.
  static constexpr size_t kMostSessions = 256;

  // Without a token everybody is let in.
  explicit Gate(std::string token) : token_(std::move(token)) {}

  // UNAUTHENTICATED says what is missing.
  Status Check(const ApiRequest& request) const;
  // A new session, as the value of Set-Cookie. UNAUTHENTICATED for another token,
  // FAILED_PRECONDITION when there is none to show.
  StatusOr<std::string> Open(const ApiRequest& request, const std::string& token);
  // Ends the request's session, if it has one: the value of Set-Cookie that clears the cookie.
  std::string Close(const ApiRequest& request);

 private:
  bool IsOpen(const std::string& session) const;

  const std::string token_;
  mutable absl::Mutex mutex_;
  std::deque<std::string> sessions_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace qalam::http
