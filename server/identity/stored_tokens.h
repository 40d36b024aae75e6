// Tokens that admins make: kept by a hash, with a role, namespaces and an end.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "db/access_store.h"
#include "server/identity/identity.h"

namespace qalam {

struct NewToken {
  Role role = Role::kViewer;
  std::vector<std::string> namespaces;
  std::string description;
  Time expires = absl::InfinitePast();  // InfinitePast: never
};

struct MadeToken {
  TokenRecord record;
  std::string secret;  // what callers show; kept nowhere
};

// Thread-safe.
class StoredTokens {
 public:
  // What is known of a token is asked for again after this: so late at most is one noticed that
  // another server has revoked.
  static constexpr Duration kLongestStale = absl::Milliseconds(500);

  StoredTokens(AccessStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // INVALID_ARGUMENT for a namespace that is no name, a description that is too long, an end that
  // has come.
  StatusOr<MadeToken> Create(const NewToken& wanted);
  Status Revoke(const std::string& id);

  // "qalam_ID_SECRET" in its form, whether it is one or not.
  static bool IsOne(std::string_view bearer);
  // UNAUTHENTICATED when it is none of these, was revoked or has expired.
  StatusOr<IdentityPtr> Identify(std::string_view bearer);
  // Whether the token that was shown once is still good.
  Status CheckStillGood(const std::string& id);

 private:
  struct Known {
    TokenRecord record;
    Time read;
  };
  StatusOr<TokenRecord> Find(const std::string& id);
  Status CheckGood(const TokenRecord& record) const;
  void NoteUse(const TokenRecord& record);

  AccessStore& store_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
