#include "cli/export/sqlite_writer.h"

namespace qalam {

StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Create(const std::string& path) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(database, path));
  if (code != SQLITE_OK) return writer->Failed();
  RETURN_IF_ERROR(writer->Script("BEGIN"));
  return writer;
}

SqliteWriter::~SqliteWriter() {
  for (const auto& [table, statement] : inserts_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

Status SqliteWriter::Failed() const {
  return Unavailable("cannot write {}: {}", path_, sqlite3_errmsg(database_));
}

Status SqliteWriter::Script(const char* sql) {
  return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                              : Failed();
}

Status SqliteWriter::Insert(const std::string& table, const std::vector<SqliteValue>& row) {
  sqlite3_stmt*& statement = inserts_[table];
  if (statement == nullptr) {
    std::string sql = "INSERT INTO " + table + " VALUES (?";
    for (size_t i = 1; i < row.size(); ++i) sql += ",?";
    sql += ")";
    if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      return Failed();
    }
  }
  for (size_t i = 0; i < row.size(); ++i) {
    const int place = static_cast<int>(i) + 1;
    if (const auto* whole = std::get_if<int64_t>(&row[i])) {
      sqlite3_bind_int64(statement, place, *whole);
    } else if (const auto* number = std::get_if<double>(&row[i])) {
      sqlite3_bind_double(statement, place, *number);
    } else if (const auto* text = std::get_if<std::string>(&row[i])) {
      sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()),
                        SQLITE_TRANSIENT);
    } else {
      sqlite3_bind_null(statement, place);
    }
  }
  const bool is_done = sqlite3_step(statement) == SQLITE_DONE;
  const Status status = is_done ? absl::OkStatus() : Failed();
  sqlite3_reset(statement);
  return status;
}

Status SqliteWriter::Finish() { return Script("COMMIT"); }

}  // namespace qalam
