#pragma once

#include <libpq-fe.h>

#include <string>

#include "base/status.h"
#include "db/postgres/connection.h"

namespace qalam::postgres {

inline constexpr char kReadOnly[] = "25006";

// What went wrong, with the database and what the user can do about it. `state` is the five
// characters of SQLSTATE, empty where there was no answer.
Status PostgresError(const std::string& state, std::string detail, const DatabaseAddress& address);
Failure FailureOf(const std::string& state);

}  // namespace qalam::postgres
