#include "server/identity/authority.h"

#include <cmath>

#include "base/random_key.h"
#include "base/uid.h"
#include "base/utf8.h"
#include "server/identity/digest.h"
#include "server/identity/peer_tokens.h"
#include "server/identity/trial_tokens.h"
#include "server/secret.h"

namespace qalam {

namespace {

constexpr Duration kLately = absl::Minutes(5);
constexpr size_t kMostLately = 10'000;

Status Unauthenticated(std::string_view why) {
  return MakeStatus(StatusCode::kUnauthenticated, why);
}

Status TooMany(const std::string& what, Duration wait) {
  return ResourceExhausted("{}; try again in {} s", what,
                           std::max(1.0, std::ceil(absl::ToDoubleSeconds(wait))));
}

std::string_view LastPart(std::string_view call) {
  return call.starts_with('/') ? call.substr(call.rfind('/') + 1) : call;
}

// A caller may send what it likes for a name, and no name that anything has is longer.
std::string_view Shown(const std::string& name) {
  constexpr size_t kLongestName = 253;
  return WholeCharacters(name, kLongestName);
}

std::string Place(const std::string& name_space) {
  return name_space == kEveryNamespace ? "every namespace"
                                       : fmt::format("the namespace {}", Shown(name_space));
}

Status Lacking(const Identity& identity, std::string_view call, Role role,
               const std::string& place) {
  return PermissionDenied("{} may not call {}: that needs the role {} in {}", identity.name,
                          LastPart(call), Name(role), place);
}

}  // namespace

IdentityPtr ThisProcess() {
  static const auto* process = new IdentityPtr(UncountedAdmin("this process"));
  return *process;
}

IdentityPtr ThisUser() {
  static const auto* user = new IdentityPtr(UncountedAdmin("this user"));
  return *user;
}

Authority::Authority(AuthorityOptions options, AccessStore& access, Store& store,
                     const Clock& clock)
    : options_(std::move(options)),
      shared_(EverywhereAs(Role::kAdmin, "the server's token")),
      anybody_(UncountedAdmin("anybody")),
      process_name_(NewKey()),
      access_(access),
      store_(store),
      clock_(clock),
      tokens_(access, clock),
      calls_(options_.calls),
      failures_(options_.failures) {}

bool Authority::WasGoodLately(const std::string& hash, Time now) {
  absl::MutexLock lock(&mutex_);
  const auto entry = good_lately_.find(hash);
  return entry != good_lately_.end() && now - entry->second < kLately;
}

StatusOr<std::string> Authority::ServerKey() {
  absl::MutexLock lock(&mutex_);
  if (server_key_.empty()) {
    ASSIGN_OR_RETURN(server_key_, access_.ServerKey());
  }
  return server_key_;
}

StatusOr<std::string> Authority::TrialToken(const std::string& trial_uid) {
  ASSIGN_OR_RETURN(const auto key, ServerKey());
  return MakeTrialToken(key, trial_uid);
}

StatusOr<std::string> Authority::PeerToken() {
  ASSIGN_OR_RETURN(const auto key, ServerKey());
  return MakePeerToken(key, clock_.Now());
}

StatusOr<IdentityPtr> Authority::IdentifyShown(std::string_view bearer) {
  if (!options_.shared_token.empty() && IsSameSecret(bearer, options_.shared_token)) {
    return shared_;
  }
  for (const auto& verifier : options_.verifiers) {
    if (verifier->IsOne(bearer)) return verifier->Identify(bearer);
  }
  if (!options_.is_required) return anybody_;
  return Unauthenticated("the token is not this server's");
}

StatusOr<IdentityPtr> Authority::Identify(std::string_view bearer, const std::string& source) {
  if (bearer.empty()) {
    if (!options_.is_required) return anybody_;
    return Unauthenticated("this server wants a token: give its --token-file, or set QALAM_TOKEN");
  }
  // These are too long to be guessed, and cheap to check.
  if (IsTrialToken(bearer)) {
    ASSIGN_OR_RETURN(const auto key, ServerKey());
    return IdentifyTrial(store_, key, bearer);
  }
  if (IsPeerToken(bearer)) {
    ASSIGN_OR_RETURN(const auto key, ServerKey());
    return IdentifyPeer(key, bearer, clock_.Now());
  }
  if (StoredTokens::IsOne(bearer)) return tokens_.Identify(bearer);

  // Those who have shown a right one go on whatever others try.
  const Time now = clock_.Now();
  const std::string hash = Sha256(bearer);
  if (!WasGoodLately(hash, now)) {
    const Duration wait = failures_.Peek(source, now);
    if (wait > absl::ZeroDuration()) return TooMany("too many wrong tokens were shown", wait);
  }
  auto identity = IdentifyShown(bearer);
  if (identity.ok()) {
    absl::MutexLock lock(&mutex_);
    if (good_lately_.size() >= kMostLately) good_lately_.clear();
    good_lately_[hash] = now;
  } else if (identity.status().code() == StatusCode::kUnauthenticated) {
    failures_.Take(source, now);
  }
  return identity;
}

Status Authority::CheckStillGood(const Identity& identity) {
  if (identity.expires <= clock_.Now()) return Unauthenticated("the token has expired");
  if (identity.token_id.empty()) return absl::OkStatus();
  const Status good = tokens_.CheckStillGood(identity.token_id);
  // A database that cannot be asked just now takes nobody's rights.
  return good.code() == StatusCode::kUnauthenticated ? good : absl::OkStatus();
}

Status Authority::CountCall(const Identity& identity) {
  if (!identity.is_counted) return absl::OkStatus();
  const Duration wait = calls_.Take(identity.name, clock_.Now());
  if (wait <= absl::ZeroDuration()) return absl::OkStatus();
  return TooMany(
      fmt::format("{} makes more than {} calls a second", identity.name, options_.calls.per_second),
      wait);
}

Status Authority::CheckRole(const Identity& identity, Role role, const std::string& name_space) {
  ASSIGN_OR_RETURN(const bool has_role, Has(identity, role, name_space));
  if (has_role) return absl::OkStatus();
  return PermissionDenied("{} has not the role {} in {}", identity.name, Name(role),
                          Place(name_space));
}

Status Authority::CheckCall(const Identity& identity, const CallRight& right) {
  if (right.reach == Reach::kOpen) return absl::OkStatus();
  if (identity.IsTrial()) {
    if (right.by_trials) return absl::OkStatus();
    return PermissionDenied("the token of {} is for its own metrics alone, not for {}",
                            identity.name, LastPart(right.call));
  }
  if (right.reach == Reach::kEverywhere) {
    ASSIGN_OR_RETURN(const bool has_role, Has(identity, right.role, kEveryNamespace));
    if (has_role) return absl::OkStatus();
    return Lacking(identity, right.call, right.role, Place(kEveryNamespace));
  }
  if (HasSomewhere(identity, right.role)) return absl::OkStatus();
  return Lacking(identity, right.call, right.role, "some namespace");
}

Status Authority::CheckObjects(const Identity& identity, const CallRight& right,
                               const std::vector<CallObject>& objects) {
  RETURN_IF_ERROR(CheckCall(identity, right));
  if (right.reach == Reach::kOpen || right.reach == Reach::kAnywhere) return absl::OkStatus();
  for (const auto& object : objects) {
    if (identity.IsTrial()) {
      const bool is_its_own =
          object.is_trial && object.name == identity.trial_name &&
          (right.reach == Reach::kEverywhere || object.name_space == identity.trial_namespace);
      if (is_its_own) continue;
      return PermissionDenied("the token of {} is for its own metrics alone, not for those of {}",
                              identity.name, Shown(object.name));
    }
    if (right.reach != Reach::kNamespace) continue;
    ASSIGN_OR_RETURN(const bool has_role, Has(identity, right.role, object.name_space));
    if (!has_role) return Lacking(identity, right.call, right.role, Place(object.name_space));
  }
  return absl::OkStatus();
}

Status Authority::WriteAudit(const CallRight& right, const Caller& caller, const CallObject& object,
                             const Status& outcome) {
  return access_.AppendAudit({.time = clock_.Now(),
                              .caller = caller.identity->name,
                              .address = caller.address,
                              .action = std::string(right.call),
                              .name_space = std::string(Shown(object.name_space)),
                              .object = std::string(Shown(object.name)),
                              .outcome = absl::StatusCodeToString(outcome.code())},
                             {});
}

std::string Authority::Pass(Caller caller) {
  std::string name = NewUid();
  absl::MutexLock lock(&mutex_);
  passed_[name] = std::move(caller);
  return name;
}

Caller Authority::TakePassed(const std::string& name) {
  if (IsSameSecret(name, process_name_)) return {ThisProcess(), ""};
  absl::MutexLock lock(&mutex_);
  const auto entry = passed_.find(name);
  if (entry == passed_.end()) return {};
  Caller caller = std::move(entry->second);
  passed_.erase(entry);
  return caller;
}

}  // namespace qalam
