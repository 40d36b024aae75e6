// Who may call a server, and who changed what: kept beside the experiments.
//
// Contract of every AccessStore:
// - Thread-safe: any method from any thread.
// - A write is durable when it returns OK; when it fails nothing of it is there.
// - Readers, also those of another process, see every write acknowledged before they began.
// - Secrets never come in here: of a token there is only a hash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// What a caller may do; each may do all that those before it may.
enum class Role { kViewer = 1, kEditor = 2, kAdmin = 3 };

// Stands for every namespace in a list of them.
inline constexpr char kEveryNamespace[] = "*";

struct TokenRecord {
  std::string id;           // not secret; unique
  std::string secret_hash;  // SHA-256 of the secret, in hex digits
  Role role = Role::kViewer;
  std::vector<std::string> namespaces;  // where; at least one
  std::string description;
  Time created = absl::InfinitePast();
  Time expires = absl::InfinitePast();    // InfinitePast: never
  Time revoked = absl::InfinitePast();    // InfinitePast: not
  Time last_used = absl::InfinitePast();  // InfinitePast: never; may be minutes behind
};

struct AuditRecord {
  int64_t sequence = 0;  // set by the store, growing
  Time time;
  std::string caller;      // who: "token 4k2…", "alice@example.org"
  std::string address;     // from where
  std::string action;      // the call: "/qalam.v1.ExperimentService/StopExperiment"
  std::string name_space;  // of the object; empty when the call is about no namespace
  std::string object;      // what it was done to: an experiment's or a token's name
  std::string outcome;     // "OK", or the name of the status code
};

// How much of the log is kept: the newest that are within both.
struct AuditBounds {
  int64_t most_records = 1'000'000;
  Duration longest_age = absl::Hours(24 * 365);
};

struct AuditQuery {
  std::optional<std::string> name_space;  // none: any
  int64_t before_sequence = 0;            // for paging; 0: from the newest
  int limit = 0;                          // 0: no limit
};

class AccessStore {
 public:
  virtual ~AccessStore() = default;

  // ALREADY_EXISTS when the id is taken.
  virtual Status CreateToken(const TokenRecord& token) = 0;
  // By its id, also one that is revoked or has expired.
  virtual StatusOr<std::optional<TokenRecord>> FindToken(const std::string& id) = 0;
  // By age, the oldest first; at most `limit` whose place comes after the token `after_id`, which
  // need not be there any more. Empty and 0: from the first, without limit.
  virtual StatusOr<std::vector<TokenRecord>> ListTokens(const std::string& after_id, int limit) = 0;
  // A revoked one stays as it is. NOT_FOUND when there is none of the id.
  virtual Status RevokeToken(const std::string& id, Time when) = 0;
  // Sets last_used to `when` unless it is later; a token that is not there is passed over.
  virtual Status NoteTokenUse(const std::string& id, Time when) = 0;
  // A random key of this database, 64 hex digits, the same for everybody who ever asks: made when
  // it is first asked for.
  virtual StatusOr<std::string> ServerKey() = 0;
  // Adds the record and drops those that are out of bounds, counted from the record's time.
  virtual Status AppendAudit(const AuditRecord& record, const AuditBounds& bounds) = 0;
  // The newest first.
  virtual StatusOr<std::vector<AuditRecord>> ListAudit(const AuditQuery& query) = 0;
};

// Over the database file that OpenSqliteStore opens, with the same errors; either may come first.
StatusOr<std::unique_ptr<AccessStore>> OpenSqliteAccessStore(const std::string& path,
                                                             const SqliteOptions& options = {});

}  // namespace qalam
