// Tokens and the audit log to columns and back, alike in every back end in SQL; see record_rows.h.
#pragma once

#include <fmt/ranges.h>

#include <sstream>
#include <string>
#include <vector>

#include "db/access_store.h"

namespace qalam {

#define QALAM_TOKEN_COLUMNS \
  "id, secret_hash, role, namespaces, description, created, expires, revoked, last_used"
#define QALAM_AUDIT_COLUMNS "time, caller, address, action, name_space, object, outcome"

inline std::string JoinWords(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

inline std::vector<std::string> SplitWords(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> split;
  for (std::string word; words >> word;) split.push_back(word);
  return split;
}

// DATA_LOSS, with the database, when a column does not hold what was written there.
template <typename Row>
StatusOr<TokenRecord> ReadToken(Row& row, const std::string& database) {
  TokenRecord token;
  token.id = row.Text();
  token.secret_hash = row.Text();
  const int64_t role = row.Int();
  if (role < static_cast<int64_t>(Role::kViewer) || role > static_cast<int64_t>(Role::kAdmin)) {
    return DataLoss("{}: the token {} has the unknown role {}", database, token.id, role);
  }
  token.role = static_cast<Role>(role);
  token.namespaces = SplitWords(row.Text());
  token.description = row.Text();
  token.created = row.TimeValue();
  token.expires = row.TimeValue();
  token.revoked = row.TimeValue();
  token.last_used = row.TimeValue();
  return token;
}

// Its sequence, then QALAM_AUDIT_COLUMNS.
template <typename Row>
AuditRecord ReadAudit(Row& row) {
  AuditRecord record;
  record.sequence = row.Int();
  record.time = row.TimeValue();
  record.caller = row.Text();
  record.address = row.Text();
  record.action = row.Text();
  record.name_space = row.Text();
  record.object = row.Text();
  record.outcome = row.Text();
  return record;
}

// `namespaces` must outlive the step.
template <typename Statement>
void BindToken(Statement& statement, const TokenRecord& token, const std::string& namespaces) {
  statement.Bind(token.id)
      .Bind(token.secret_hash)
      .Bind(static_cast<int64_t>(token.role))
      .Bind(namespaces)
      .Bind(token.description)
      .Bind(token.created)
      .Bind(token.expires)
      .Bind(token.revoked)
      .Bind(token.last_used);
}

template <typename Statement>
void BindAudit(Statement& statement, const AuditRecord& record) {
  statement.Bind(record.time)
      .Bind(record.caller)
      .Bind(record.address)
      .Bind(record.action)
      .Bind(record.name_space)
      .Bind(record.object)
      .Bind(record.outcome);
}

}  // namespace qalam
