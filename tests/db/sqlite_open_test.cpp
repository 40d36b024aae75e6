// Files that must not be opened: each is refused with what to do, and stays as it was.

#include <sqlite3.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/files.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/child_scenario.h"
#include "tests/support/private_mounts.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

void Execute(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  INFO(sqlite3_errmsg(database));
  CHECK(code == SQLITE_OK);
  sqlite3_close(database);
}

void MakeDatabase(const std::string& path) {
  auto store = OpenSqliteStore(path);
  REQUIRE(store.ok());
  REQUIRE((*store)->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
}

// Every file of the database that holds content. The -shm file is an index that SQLite rebuilds.
std::map<std::string, std::string> Content(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    const std::string name = entry.path().filename();
    if (!name.ends_with("-shm")) files[name] = *ReadFile(entry.path());
  }
  return files;
}

void CheckRefused(const std::string& path, StatusCode code, const std::string& what) {
  const auto before = Content(path);
  const auto store = OpenSqliteStore(path);
  CHECK(store.status().code() == code);
  CHECK(Message(store.status()).find(path) != std::string::npos);
  CHECK(Message(store.status()).find(what) != std::string::npos);
  CHECK(Content(path) == before);
}

}  // namespace

TEST_CASE("A newer schema is refused untouched", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  const std::string mode = GENERATE("WAL", "DELETE");
  CAPTURE(mode);
  Execute(path, "PRAGMA journal_mode=" + mode + "; PRAGMA user_version=99");
  CheckRefused(path, StatusCode::kFailedPrecondition, "newer Qalam");
}

TEST_CASE("A newer schema is refused untouched while its log is not folded in", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  // A newer Qalam that was killed leaves what it committed in the log.
  CHECK(RunInChild([&]() -> std::string {
          sqlite3* database = nullptr;
          sqlite3_open(path.c_str(), &database);
          sqlite3_exec(database, "PRAGMA user_version=99; CREATE TABLE new (x)", nullptr, nullptr,
                       nullptr);
          raise(SIGKILL);
          return "";
        }) == fmt::format("the child was killed by {}\n", strsignal(SIGKILL)));
  REQUIRE(ReadFile(path + "-wal")->size() > 0);
  CheckRefused(path, StatusCode::kFailedPrecondition, "newer Qalam");
  // The newer one still finds all that was its own.
  Execute(path, "SELECT x FROM new");
}

TEST_CASE("Another program's database is refused untouched", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("other.db");
  Execute(path, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('x')");
  CheckRefused(path, StatusCode::kFailedPrecondition, "--db");
}

TEST_CASE("A damaged file is refused untouched", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  std::string bytes = *ReadFile(path);
  switch (GENERATE(range(0, 5))) {
    case 0:
      bytes = std::string(5000, 'x');
      break;
    case 1:
      bytes.replace(0, 16, "garbage, garbage");
      break;
    case 2:
      bytes.resize(bytes.size() / 2);
      break;
    case 3:
      bytes.resize(50);
      break;
    default:
      // The first page past the file's header: the list of tables.
      bytes.replace(100, 3900, std::string(3900, '\xff'));
  }
  REQUIRE(WriteFileAtomically(path, bytes, false).ok());
  CheckRefused(path, StatusCode::kDataLoss, "restore a backup");
}

TEST_CASE("A damaged log is refused untouched", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  REQUIRE(WriteFileAtomically(path + "-wal", std::string(9000, 'x'), false).ok());
  CheckRefused(path, StatusCode::kDataLoss, "-wal");
}

TEST_CASE("What cannot be written is refused untouched", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  const int kind = GENERATE(range(0, 3));
  REQUIRE(chmod(directory.path().c_str(), kind == 1 ? 0555 : 0777) == 0);
  REQUIRE(chmod(path.c_str(), kind == 0 ? 0444 : kind == 1 ? 0666 : 0000) == 0);
  const std::string wrong = RunInChild([&]() -> std::string {
    // Root may write anything.
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
      return std::string(kNotPermitted) + "another user";
    }
    Problems problems;
    const auto store = OpenSqliteStore(path);
    problems.Expect(store.status(), StatusCode::kPermissionDenied, "opening");
    problems.Expect(Message(store.status()).find("read-only") != std::string::npos ||
                        Message(store.status()).find("Permission denied") != std::string::npos,
                    "the message should say why: " + Message(store.status()));
    problems.Expect(Message(store.status()).find(path) != std::string::npos, "the path is missing");
    return problems.text();
  });
  chmod(directory.path().c_str(), 0700);
  CheckOrWarn(wrong);
  REQUIRE(chmod(path.c_str(), 0600) == 0);
  const auto store = OpenSqliteStore(path);
  REQUIRE(store.ok());
  CHECK((*store)->ListExperiments({})->size() == 1);
}

TEST_CASE("A read-only disk is refused", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  MakeDatabase(path);
  const std::string wrong = RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountReadOnly(directory.path());
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    Problems problems;
    problems.Expect(OpenSqliteStore(path).status(), StatusCode::kPermissionDenied, "opening");
    return problems.text();
  });
  CheckOrWarn(wrong);
}

TEST_CASE("A path that leads nowhere is named", "[sqlite]") {
  const TemporaryDirectory directory;
  const std::string path = directory.path();  // a folder
  const auto store = OpenSqliteStore(path);
  CHECK_FALSE(store.ok());
  CHECK(Message(store.status()).find(path) != std::string::npos);
}

}  // namespace qalam
