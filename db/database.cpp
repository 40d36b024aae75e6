#include "db/database.h"

#include <sys/stat.h>

#include <algorithm>

#include "db/postgres/postgres_access_store.h"
#include "db/postgres/postgres_leases.h"
#include "db/postgres/postgres_store.h"

namespace qalam {

namespace {

bool HasScheme(const std::string& text) { return text.find("://") != std::string::npos; }

// Whatever may be a password is left out, also where the address is malformed: one with an
// unescaped "/", "?" or "@" ends at the last "@".
std::string WithoutSecrets(const std::string& url) {
  const size_t begin = url.find("://") + 3;
  const size_t at = url.rfind('@');
  const bool has_user = at != std::string::npos && at >= begin;
  std::string shown = url.substr(0, begin);
  if (has_user) {
    const std::string user = url.substr(begin, at - begin);
    shown += user.substr(0, user.find_first_of(":/?")) + "@";
  }
  const std::string place = url.substr(has_user ? at + 1 : begin);
  return shown + place.substr(0, place.find('?'));
}

int64_t FileBytes(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

}  // namespace

StatusOr<DatabaseAddress> DatabaseAddress::Parse(const std::string& text) {
  DatabaseAddress address;
  address.text_ = text;
  address.is_postgres_ = text.starts_with("postgres://") || text.starts_with("postgresql://");
  if (text.empty()) {
    return InvalidArgument("--db is empty; give the path of a file, or postgres://HOST/NAME");
  }
  if (!address.is_postgres_ && HasScheme(text)) {
    return InvalidArgument(
        "--db begins with {}, which is no database that Qalam knows; give the path of a file, or "
        "postgres://HOST/NAME",
        text.substr(0, text.find("://") + 3));
  }
  // libpq would take what follows the first "@" for the host, and name it in its errors.
  const std::string before_options = text.substr(0, text.find('?'));
  if (address.is_postgres_ && std::count(before_options.begin(), before_options.end(), '@') > 1) {
    return InvalidArgument("the address of {} has several \"@\"; write those of a password as %40",
                           WithoutSecrets(text));
  }
  address.shown_ = address.is_postgres_ ? WithoutSecrets(text) : text;
  return address;
}

StatusOr<Database> OpenDatabase(const DatabaseAddress& address) {
  Database database;
  if (address.IsPostgres()) {
    ASSIGN_OR_RETURN(database, OpenPostgresDatabase(address));
    ASSIGN_OR_RETURN(database.access, OpenPostgresAccessStore(address));
    return database;
  }
  ASSIGN_OR_RETURN(database.store, OpenSqliteStore(address.text()));
  ASSIGN_OR_RETURN(database.access, OpenSqliteAccessStore(address.text()));
  database.size = [path = address.text()]() -> StatusOr<int64_t> {
    return FileBytes(path) + FileBytes(path + "-wal");
  };
  return database;
}

std::vector<ServerPlace> JoinedServers(const DatabaseAddress& address) {
  if (!address.IsPostgres()) return {};
  const auto connection = postgres::Connection::Open(address);
  if (!connection.ok()) return {};
  return postgres::ReadServers(**connection).value_or(std::vector<ServerPlace>());
}

}  // namespace qalam
