#include "server/identity/stored_tokens.h"

#include <algorithm>

#include "base/log.h"
#include "base/random_key.h"
#include "server/identity/digest.h"
#include "server/secret.h"

namespace qalam {

namespace {

constexpr std::string_view kTokenStart = "qalam_";
constexpr size_t kIdDigits = 12;
constexpr size_t kSecretDigits = 64;
constexpr size_t kLongestDescription = 1000;
constexpr size_t kMostNamespaces = 100;
constexpr size_t kMostKnownTokens = 10'000;
constexpr Duration kUsePause = absl::Minutes(5);

bool IsNamespace(const std::string& text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), fits) &&
         text.front() != '-' && text.back() != '-';
}

Status CheckNew(const NewToken& wanted, Time now) {
  if (wanted.namespaces.empty() || wanted.namespaces.size() > kMostNamespaces) {
    return InvalidArgument("a token is for 1 to {} namespaces, or for *, which is all",
                           kMostNamespaces);
  }
  for (const auto& name_space : wanted.namespaces) {
    if (name_space != kEveryNamespace && !IsNamespace(name_space)) {
      return InvalidArgument(
          "\"{}\" is no namespace: lower-case letters, digits and '-', or * for all", name_space);
    }
  }
  if (wanted.description.size() > kLongestDescription) {
    return InvalidArgument("the description has {} bytes; {} at most are kept",
                           wanted.description.size(), kLongestDescription);
  }
  if (wanted.expires != absl::InfinitePast() && wanted.expires <= now) {
    return InvalidArgument("the token would have expired already, at {}",
                           qalam::FormatTime(wanted.expires));
  }
  return absl::OkStatus();
}

Status NotGood(std::string_view why) { return MakeStatus(StatusCode::kUnauthenticated, why); }

}  // namespace

bool StoredTokens::IsOne(std::string_view bearer) {
  return bearer.size() == kTokenStart.size() + kIdDigits + 1 + kSecretDigits &&
         bearer.starts_with(kTokenStart) && bearer[kTokenStart.size() + kIdDigits] == '_';
}

StatusOr<MadeToken> StoredTokens::Create(const NewToken& wanted) {
  RETURN_IF_ERROR(CheckNew(wanted, clock_.Now()));
  MadeToken made;
  const std::string id = NewKey().substr(0, kIdDigits), secret = NewKey();
  made.secret = std::string(kTokenStart) + id + "_" + secret;
  made.record = {.id = id,
                 .secret_hash = Sha256(secret),
                 .role = wanted.role,
                 .namespaces = wanted.namespaces,
                 .description = wanted.description,
                 .created = clock_.Now(),
                 .expires = wanted.expires};
  RETURN_IF_ERROR(store_.CreateToken(made.record));
  return made;
}

Status StoredTokens::Revoke(const std::string& id) {
  RETURN_IF_ERROR(store_.RevokeToken(id, clock_.Now()));
  absl::MutexLock lock(&mutex_);
  known_.erase(id);
  return absl::OkStatus();
}

StatusOr<TokenRecord> StoredTokens::Find(const std::string& id) {
  const Time now = clock_.Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = known_.find(id);
    const Duration age =
        entry == known_.end() ? absl::InfiniteDuration() : now - entry->second.read;
    if (age >= absl::ZeroDuration() && age < kLongestStale) return entry->second.record;
  }
  ASSIGN_OR_RETURN(auto record, store_.FindToken(id));
  if (!record) return NotGood("there is no such token");
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kMostKnownTokens) known_.clear();
  known_[id] = {*record, now};
  return *std::move(record);
}

Status StoredTokens::CheckGood(const TokenRecord& record) const {
  if (record.revoked != absl::InfinitePast()) {
    return NotGood(fmt::format("the token {} was revoked", record.id));
  }
  if (record.expires != absl::InfinitePast() && record.expires <= clock_.Now()) {
    return NotGood(fmt::format("the token {} has expired, at {}", record.id,
                               qalam::FormatTime(record.expires)));
  }
  return absl::OkStatus();
}

Status StoredTokens::CheckStillGood(const std::string& id) {
  ASSIGN_OR_RETURN(const auto record, Find(id));
  return CheckGood(record);
}

void StoredTokens::NoteUse(const TokenRecord& record) {
  const Time now = clock_.Now();
  if (now - record.last_used < kUsePause) return;
  const Status noted = store_.NoteTokenUse(record.id, now);
  // The call itself may go on; a database that takes no writes shows elsewhere.
  if (!noted.ok()) {
    Logger("identity").Warn("a token's use was not noted", {{"error", Message(noted)}});
  }
  absl::MutexLock lock(&mutex_);
  const auto entry = known_.find(record.id);
  if (entry != known_.end()) entry->second.record.last_used = now;
}

StatusOr<IdentityPtr> StoredTokens::Identify(std::string_view bearer) {
  if (!IsOne(bearer)) return NotGood("there is no such token");
  const std::string id(bearer.substr(kTokenStart.size(), kIdDigits));
  ASSIGN_OR_RETURN(const auto record, Find(id));
  const std::string shown = Sha256(bearer.substr(kTokenStart.size() + kIdDigits + 1));
  if (!IsSameSecret(shown, record.secret_hash)) return NotGood("there is no such token");
  RETURN_IF_ERROR(CheckGood(record));
  NoteUse(record);
  auto identity = std::make_shared<Identity>();
  identity->name = "token " + record.id;
  identity->token_id = record.id;
  if (record.expires != absl::InfinitePast()) identity->expires = record.expires;
  for (const auto& name_space : record.namespaces) identity->roles[name_space] = record.role;
  return IdentityPtr(std::move(identity));
}

}  // namespace qalam
