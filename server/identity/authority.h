// Who callers are and what they may do: the one place that gRPC and HTTP ask.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "db/access_store.h"
#include "db/store.h"
#include "server/identity/call_objects.h"
#include "server/identity/identity.h"
#include "server/identity/rate_limit.h"
#include "server/identity/rights.h"
#include "server/identity/stored_tokens.h"

namespace qalam {

struct Caller {
  IdentityPtr identity;
  std::string address;  // for the audit log; may be empty
};

// Tokens that somebody else gives out.
class BearerVerifier {
 public:
  virtual ~BearerVerifier() = default;
  // By its form alone.
  virtual bool IsOne(std::string_view bearer) const = 0;
  // UNAUTHENTICATED says what is wrong with it. Thread-safe; may block.
  virtual StatusOr<IdentityPtr> Identify(std::string_view bearer) = 0;
};

struct AuthorityOptions {
  std::string shared_token;  // admin everywhere; empty: none
  // False: whoever shows nothing may do everything.
  bool is_required = false;
  Rate calls;                                              // of each caller that shows a token
  Rate failures = {.per_second = 1, .burst = 100};         // wrong tokens, from each address
  std::vector<std::shared_ptr<BearerVerifier>> verifiers;  // asked in this order
};

// Thread-safe.
class Authority {
 public:
  // They must outlive it.
  Authority(AuthorityOptions options, AccessStore& access, Store& store, const Clock& clock);

  bool is_required() const { return options_.is_required; }
  // Who shows the token; empty: none is shown. `source` is where from: an address, or another name
  // for those whose wrong tokens are counted together. UNAUTHENTICATED says what is wrong,
  // RESOURCE_EXHAUSTED that there were too many wrong ones.
  StatusOr<IdentityPtr> Identify(std::string_view bearer, const std::string& source);
  // Whether who was identified once still is: OK, or UNAUTHENTICATED. Cheap enough for every
  // second.
  Status CheckStillGood(const Identity& identity);

  // RESOURCE_EXHAUSTED when the caller makes too many calls.
  Status CountCall(const Identity& identity);
  // PERMISSION_DENIED says what is lacking; UNAVAILABLE that it cannot be known now. The first is
  // of the call alone, the second of what it is about.
  static Status CheckCall(const Identity& identity, const CallRight& right);
  static Status CheckObjects(const Identity& identity, const CallRight& right,
                             const std::vector<CallObject>& objects);
  static Status CheckRole(const Identity& identity, Role role, const std::string& name_space);

  // Durable when it returns OK.
  Status WriteAudit(const CallRight& right, const Caller& caller, const CallObject& object,
                    const Status& outcome);

  // For a trial's environment.
  StatusOr<std::string> TrialToken(const std::string& trial_uid);
  // For a call that goes on to another server on this database.
  StatusOr<std::string> PeerToken();

  // A caller that was identified here is handed to the service in this process under a name that
  // nobody can guess, which is good once.
  std::string Pass(Caller caller);
  // The name under which this process itself calls, as often as it likes.
  const std::string& process_name() const { return process_name_; }
  // Null identity when there is no such name.
  Caller TakePassed(const std::string& name);

  StoredTokens& tokens() { return tokens_; }
  AccessStore& access() { return access_; }

 private:
  StatusOr<IdentityPtr> IdentifyShown(std::string_view bearer);
  StatusOr<std::string> ServerKey();
  bool WasGoodLately(const std::string& hash, Time now);

  const AuthorityOptions options_;
  const IdentityPtr shared_, anybody_;
  const std::string process_name_;
  AccessStore& access_;
  Store& store_;
  const Clock& clock_;
  StoredTokens tokens_;
  RateLimit calls_, failures_;
  absl::Mutex mutex_;
  std::string server_key_ ABSL_GUARDED_BY(mutex_);  // empty: not asked for yet
  // Hashes of tokens that others give out, and when they were good.
  std::unordered_map<std::string, Time> good_lately_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Caller> passed_ ABSL_GUARDED_BY(mutex_);
};

// The source of callers by gRPC: their addresses are not known where tokens are checked.
inline constexpr char kSharedSource[] = "gRPC";

// Callers that need no token.
IdentityPtr ThisProcess();
IdentityPtr ThisUser();

}  // namespace qalam
