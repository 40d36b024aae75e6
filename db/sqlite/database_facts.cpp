#include "db/sqlite/database_facts.h"

#include <absl/time/clock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <memory>
#include <vector>

namespace qalam::sqlite {

namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};

constexpr int kMostRows = 100;

// The first column of each row, a line each.
std::string Ask(sqlite3* database, const std::string& question) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database, question.c_str(), -1, &statement, nullptr);
  std::string text;
  int rows = 0;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code != SQLITE_ROW || ++rows > kMostRows) break;
    const unsigned char* value = sqlite3_column_text(statement, 0);
    text += (text.empty() ? "" : "\n");
    text += value == nullptr ? "NULL" : reinterpret_cast<const char*>(value);
  }
  if (code == SQLITE_INTERRUPT) {
    text = "(took too long)";
  } else if (code != SQLITE_DONE && code != SQLITE_ROW) {
    text = fmt::format("({})", sqlite3_errmsg(database));
  }
  sqlite3_finalize(statement);
  return text;
}

// A little is read from each table's end: counting every row of a large one takes minutes.
std::string Rows(sqlite3* database, const std::string& table) {
  return Ask(database, fmt::format("SELECT max(rowid) FROM \"{}\"", table));
}

}  // namespace

StatusOr<std::string> DatabaseFacts(const std::string& path, Duration longest) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> database(opened);
  if (code != SQLITE_OK) return Unavailable("cannot open {}: {}", path, sqlite3_errmsg(opened));
  Time deadline = absl::Now() + longest;
  constexpr int kStepsBetweenLooks = 10'000;
  sqlite3_progress_handler(
      database.get(), kStepsBetweenLooks,
      [](void* until) { return absl::Now() > *static_cast<Time*>(until) ? 1 : 0; }, &deadline);
  std::string text = fmt::format("{}\nSQLite {}\n", path, sqlite3_libversion());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    if (stat((path + suffix).c_str(), &status) != 0) continue;
    text += fmt::format("{}{}: {} bytes, mode {:o}\n", path, suffix, status.st_size,
                        status.st_mode & 07777U);
  }
  for (const char* pragma : {"user_version", "application_id", "journal_mode", "page_size",
                             "page_count", "freelist_count", "auto_vacuum", "encoding"}) {
    text += fmt::format("{}: {}\n", pragma, Ask(database.get(), fmt::format("PRAGMA {}", pragma)));
  }
  const std::string tables =
      Ask(database.get(),
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
          "AND sql NOT LIKE '%WITHOUT ROWID%' ORDER BY name");
  for (size_t begin = 0; begin < tables.size();) {
    const size_t end = std::min(tables.find('\n', begin), tables.size());
    const std::string table = tables.substr(begin, end - begin);
    text += fmt::format("largest row of {}: {}\n", table, Rows(database.get(), table));
    begin = end + 1;
  }
  return text + "quick_check: " + Ask(database.get(), "PRAGMA quick_check") + "\n";
}

}  // namespace qalam::sqlite
