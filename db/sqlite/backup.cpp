#include "db/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/migrate.h"

namespace qalam::sqlite {

namespace {

// A server's group of commits is over sooner.
constexpr Duration kLockTimeout = absl::Seconds(30);

// The whole file in one step, and so in one snapshot: writers go on beside it, and what they write
// does not make the copy begin again.
Status CopyPages(Connection& source, const std::string& target) {
  sqlite3* copy = nullptr;
  int code =
      sqlite3_open_v2(target.c_str(), &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const auto finish = [&](Status status) {
    sqlite3_close_v2(copy);
    return status;
  };
  if (code != SQLITE_OK) return finish(SqliteError(copy, code, target));
  sqlite3_backup* backup = sqlite3_backup_init(copy, "main", source.handle(), "main");
  if (backup == nullptr) return finish(SqliteError(copy, sqlite3_errcode(copy), target));
  code = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) {
    return finish(SqliteError(copy, finished != SQLITE_OK ? finished : code, target));
  }
  return finish(absl::OkStatus());
}

Status CheckCopy(const std::string& path) {
  ASSIGN_OR_RETURN(const auto copy, Connection::Open(path, /*writable=*/false, kLockTimeout));
  ASSIGN_OR_RETURN(auto row, copy->Prepare("PRAGMA quick_check(1)"));
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (found && row.TextView() == "ok") return absl::OkStatus();
  return DataLoss("the copy {} is damaged, and so may be what it was made of", path);
}

Status Sync(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || fsync(file.get()) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot write {}", path));
  }
  return absl::OkStatus();
}

}  // namespace

Status Compact(const std::string& path) {
  ASSIGN_OR_RETURN(const auto connection, Connection::Open(path, /*writable=*/true, kLockTimeout));
  RETURN_IF_ERROR(Migrate(*connection));
  RETURN_IF_ERROR(connection->Execute("VACUUM"));
  RETURN_IF_ERROR(connection->Execute("ANALYZE"));
  return connection->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Status BackUp(const std::string& path, const std::string& target) {
  const std::string part = target + ".part";
  std::error_code error;
  std::filesystem::remove(part, error);
  const auto copy = [&]() -> Status {
    ASSIGN_OR_RETURN(const auto source, Connection::Open(path, /*writable=*/false, kLockTimeout));
    RETURN_IF_ERROR(CopyPages(*source, part));
    RETURN_IF_ERROR(CheckCopy(part));
    return Sync(part);
  };
  Status status = copy();
  // Looking at the copy may have made these.
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(part + suffix, error);
  if (status.ok()) {
    std::filesystem::rename(part, target, error);
    if (!error) return absl::OkStatus();
    status = Internal("cannot rename {} ({})", part, error.message());
  }
  std::filesystem::remove(part, error);
  return status;
}

}  // namespace qalam::sqlite
