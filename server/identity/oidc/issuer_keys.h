#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "server/identity/oidc/signature.h"

namespace qalam::oidc {

struct IssuerKey {
  std::string id;         // may be empty
  std::string algorithm;  // the one that it is for; empty: any of its kind
  PublicKey key;
};

// The keys of an OpenID issuer, found through its discovery document, kept for kFresh and asked for
// again when a token names another, though at most every kPause. While the issuer is away, those of
// before are good for kStale. Thread-safe.
class IssuerKeys {
 public:
  static constexpr Duration kFresh = absl::Hours(1);
  static constexpr Duration kStale = absl::Hours(24);
  static constexpr Duration kPause = absl::Seconds(30);

  // `authorities`: PEM of those that may vouch for the issuer; empty: the system's.
  IssuerKeys(std::string issuer, std::string authorities, const Clock& clock)
      : issuer_(std::move(issuer)), authorities_(std::move(authorities)), clock_(clock) {}

  // Those that may have signed a token that names `key_id`, which may be empty. UNAVAILABLE when
  // the issuer cannot be asked.
  StatusOr<std::vector<IssuerKey>> For(const std::string& key_id);

 private:
  StatusOr<std::vector<IssuerKey>> Fetch() const;

  const std::string issuer_, authorities_;
  const Clock& clock_;
  absl::Mutex fetching_;  // held while the issuer is asked: once for all who wait
  absl::Mutex mutex_;
  std::vector<IssuerKey> keys_ ABSL_GUARDED_BY(mutex_);
  Time fetched_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Time asked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Status last_ ABSL_GUARDED_BY(mutex_);
};

// INVALID_ARGUMENT unless it is https://…, or http:// on this machine.
Status CheckIssuer(const std::string& issuer);

}  // namespace qalam::oidc
