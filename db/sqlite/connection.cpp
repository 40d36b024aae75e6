#include "db/sqlite/connection.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/files.h"

namespace qalam::sqlite {

namespace {

Status ReadOnlyError(const std::string& path) {
  return PermissionDenied("the database {} is read-only; make it and its folder writable", path);
}

// What the operating system said last about the database or, with JOURNAL_POINTER, about its log.
int LastErrno(sqlite3* database, int which) {
  sqlite3_file* file = nullptr;
  int error_number = 0;
  if (sqlite3_file_control(database, "main", which, &file) == SQLITE_OK && file != nullptr &&
      file->pMethods != nullptr) {
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error_number);
  }
  return error_number;
}

// Why SQLite could not open, read or write a file. Its own system_errno knows of opening only.
int FileErrno(sqlite3* database) {
  if (database == nullptr) return 0;
  int error_number = sqlite3_system_errno(database);
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    if (error_number == 0) error_number = LastErrno(database, which);
  }
  return error_number;
}

Status FileError(sqlite3* database, const std::string& path, const char* detail) {
  const int error_number = FileErrno(database);
  switch (error_number) {
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
      return ResourceExhausted("no room left for the database {}; free some disk space", path);
    case EACCES:
    case EPERM:
    case EROFS:
      return ReadOnlyError(path);
    default:
      return Internal("the database {} cannot be opened, read or written ({}{}{})", path, detail,
                      error_number == 0 ? "" : ": ",
                      error_number == 0 ? "" : std::strerror(error_number));
  }
}

// A write-ahead log begins with one of two magic numbers, or with zeros when power was cut while
// it was made. SQLite passes over a log that begins otherwise, and all that was committed to it.
Status CheckWriteAheadLog(const std::string& path) {
  const std::string log = path + "-wal";
  if (!FileExists(log)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string magic, ReadFileRange(log, 0, 4));
  if (magic.size() < 4 || magic == std::string(4, '\0') || magic == "\x37\x7f\x06\x82" ||
      magic == "\x37\x7f\x06\x83") {
    return absl::OkStatus();
  }
  return DataLoss(
      "{} is damaged, and the latest changes of the database with it; restore a backup, or move it "
      "away to go on without them",
      log);
}

}  // namespace

Status SqliteError(sqlite3* database, int code, const std::string& path) {
  const char* detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable("the database {} is locked by another process; try again", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ReadOnlyError(path);
    case SQLITE_FULL:
      return ResourceExhausted("no room left for the database {}; free some disk space", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DataLoss("{} is not a database or is damaged ({}); restore a backup", path, detail);
    case SQLITE_CONSTRAINT:
      return AlreadyExists("{}: {}", path, detail);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return FileError(database, path, detail);
    default:
      return Internal("the database {}: {} (code {})", path, detail, code);
  }
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(other.statement_), path_(other.path_) {
  other.statement_ = nullptr;
}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Statement::Check(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Statement& Statement::Bind(int64_t value) {
  Check(sqlite3_bind_int64(statement_, next_parameter_++, value));
  return *this;
}

Statement& Statement::Bind(double value) {
  Check(std::isnan(value) ? sqlite3_bind_null(statement_, next_parameter_++)
                          : sqlite3_bind_double(statement_, next_parameter_++, value));
  return *this;
}

Statement& Statement::Bind(std::string_view value) {
  // A null data pointer would bind NULL, which an empty view may have.
  Check(sqlite3_bind_text64(statement_, next_parameter_++, value.empty() ? "" : value.data(),
                            value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::Bind(Time value) {
  return value == absl::InfinitePast() ? BindNull() : Bind(absl::ToUnixMicros(value));
}

Statement& Statement::BindNull() {
  Check(sqlite3_bind_null(statement_, next_parameter_++));
  return *this;
}

StatusOr<bool> Statement::Step() {
  if (bind_error_ != SQLITE_OK) return SqliteError(database_, bind_error_, *path_);
  next_column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(database_, code, *path_);
}

Status Statement::Run() {
  const auto row = Step();
  sqlite3_reset(statement_);
  next_parameter_ = 1;
  return row.status();
}

int64_t Statement::Int() { return sqlite3_column_int64(statement_, next_column_++); }

double Statement::Double() {
  const int column = next_column_++;
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return sqlite3_column_double(statement_, column);
}

Statement& Statement::BindTextOrNull(std::string_view value) {
  return value.empty() ? BindNull() : Bind(value);
}

std::string_view Statement::TextView() {
  const int column = next_column_++;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

Time Statement::TimeValue() {
  const int column = next_column_++;
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return absl::InfinitePast();
  return absl::FromUnixMicros(sqlite3_column_int64(statement_, column));
}

StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, bool writable,
                                                       Duration lock_timeout) {
  if (writable) {
    const auto parent = std::filesystem::path(path).parent_path();
    if (!parent.empty()) RETURN_IF_ERROR(MakeDirectories(parent));
    RETURN_IF_ERROR(CheckWriteAheadLog(path));
  }
  sqlite3* database = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writable ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, database));
  if (code != SQLITE_OK) return SqliteError(database, code, path);
  sqlite3_extended_result_codes(database, 0);
  sqlite3_busy_timeout(database, static_cast<int>(absl::ToInt64Milliseconds(lock_timeout)));
  // SQLite falls back to reading silently when it may not write.
  if (writable && sqlite3_db_readonly(database, "main") == 1) {
    return SqliteError(database, SQLITE_READONLY, path);
  }
  // cell_size_check finds a damaged page when it is read, not when it is first written to.
  RETURN_IF_ERROR(connection->Execute(
      writable ? "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
                 "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY"
               : "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA cache_size=-2000"));
  // Closing would fold a log that is there into a file that may turn out not to be ours.
  std::error_code none;
  const auto log_size = std::filesystem::file_size(path + "-wal", none);
  if (writable && !none && log_size > 0) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  return connection;
}

Status Connection::UseWriteAheadLog() {
  RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return absl::OkStatus();
}

Status Connection::CheckInPlace() {
  int moved = 0;
  const int code = sqlite3_file_control(database_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (code != SQLITE_OK) return SqliteError(database_, code, path_);
  if (moved == 0) return absl::OkStatus();
  return Unavailable("the database {} was moved or deleted; put it back, or restart", path_);
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

StatusOr<Statement> Connection::Prepare(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code =
        sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return SqliteError(database_, code, path_);
  }
  return Statement(database_, statement, &path_);
}

Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(database_, code, path_);
}

StatusOr<int64_t> Connection::QueryInt(const char* sql) {
  ASSIGN_OR_RETURN(auto statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? statement.Int() : 0;
}

}  // namespace qalam::sqlite
