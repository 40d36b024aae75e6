#include "db/postgres/error.h"

#include <algorithm>
#include <array>

namespace qalam::postgres {

namespace {

bool IsOneOf(const std::string& state, std::initializer_list<const char*> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

// What the server says in several lines, in one.
std::string OneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

Failure FailureOf(const std::string& state) {
  if (IsOneOf(state, {"40001", "40P01"})) return Failure::kConflict;
  // The server stops, crashes or starts, or has no room for another connection now.
  if (state.empty() || state.starts_with("08") ||
      IsOneOf(state, {"25P03", "57P01", "57P02", "57P03", "57P05", "53300"})) {
    return Failure::kAway;
  }
  return Failure::kOther;
}

Status PostgresError(const std::string& state, std::string detail, const DatabaseAddress& address) {
  const std::string& shown = address.Shown();
  detail = OneLine(std::move(detail));
  if (FailureOf(state) == Failure::kAway) {
    return Unavailable("the database {} does not answer ({}); is its server running?", shown,
                       detail);
  }
  if (FailureOf(state) == Failure::kConflict || IsOneOf(state, {"55P03", "57014"})) {
    return Unavailable("the database {} is busy with other changes ({}); try again", shown, detail);
  }
  if (state == "53100" || state == "53200" || state == "53400") {
    return ResourceExhausted("no room left for the database {} ({}); free some disk space there",
                             shown, detail);
  }
  if (state == kReadOnly) {
    return PermissionDenied(
        "the database {} is read-only; name the primary server, not a standby, and see that "
        "default_transaction_read_only is off",
        shown);
  }
  if (state == "42501") {
    return PermissionDenied(
        "the user of the database {} may not do this ({}); let the user own the database", shown,
        detail);
  }
  if (state.starts_with("28")) {
    return PermissionDenied("the database {} refuses the user or the password ({})", shown, detail);
  }
  if (state == "3D000") {
    return FailedPrecondition("there is no such database as {} ({}); make it with createdb", shown,
                              detail);
  }
  if (state == "XX001" || state == "XX002") {
    return DataLoss("the database {} is damaged ({}); restore a backup", shown, detail);
  }
  if (state == "42P01" || state == "42703") {
    return DataLoss("the database {} lacks tables or columns of Qalam's ({}); restore a backup",
                    shown, detail);
  }
  if (state == "23505") return AlreadyExists("{}: {}", shown, detail);
  return Internal("the database {}: {} (SQLSTATE {})", shown, detail, state);
}

}  // namespace qalam::postgres
