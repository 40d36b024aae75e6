// What a user sees of a database that cannot be used: one sentence, and an exit code that is not 0.

#include <absl/time/clock.h>
#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/child_scenario.h"
#include "tests/support/private_mounts.h"
#include "tests/support/qalam_shell.h"

namespace qalam {
namespace {

void Execute(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

// One line that begins with the program's name and holds the words, and exit code 1.
std::string WhatIsWrong(const Outcome& outcome, const std::vector<std::string>& words) {
  Problems problems;
  problems.Expect(outcome.status == 1, fmt::format("exit code {}", outcome.status));
  problems.Expect(outcome.text.starts_with("qalam: ") &&
                      std::count(outcome.text.begin(), outcome.text.end(), '\n') == 1,
                  "one sentence: " + outcome.text);
  for (const auto& word : words) {
    problems.Expect(Has(outcome.text, word), word + " should be in: " + outcome.text);
  }
  return problems.text();
}

std::vector<std::vector<std::string>> Commands(Shell& shell, const std::string& database) {
  return {{"run", "--db", database, shell.Write("good", "echo loss=$0", 1)},
          {"serve", "--db", database, "--listen", "127.0.0.1:0"},
          {"list", "--db", database}};
}

}  // namespace

TEST_CASE("A database that must not be used is refused in a sentence", "[cli]") {
  Shell shell;
  const std::string database = shell.File("qalam.db");
  std::vector<std::string> words = {database};
  switch (GENERATE(range(0, 4))) {
    case 0:
      REQUIRE(shell.Run({"list", "--db", database}).status == 0);
      Execute(database, "PRAGMA user_version=99");
      words.push_back("was made by a newer Qalam");
      break;
    case 1:
      Execute(database, "CREATE TABLE notes (text)");
      words.push_back("another program's database");
      break;
    case 2:
      REQUIRE(WriteFileAtomically(database, std::string(9000, 'x'), false).ok());
      words.push_back("restore a backup");
      break;
    default:
      REQUIRE(shell.Run({"list", "--db", database}).status == 0);
      REQUIRE(WriteFileAtomically(database + "-wal", std::string(9000, 'x'), false).ok());
      words.push_back("restore a backup");
  }
  const std::string before = *ReadFile(database);
  for (const auto& command : Commands(shell, database)) {
    CAPTURE(command[0]);
    CHECK(WhatIsWrong(shell.Run(command), words) == "");
    CHECK(*ReadFile(database) == before);
  }
}

TEST_CASE("A read-only and a full disk are refused in a sentence", "[cli]") {
  const bool full = GENERATE(false, true);
  Shell shell;
  const std::string folder = shell.File("disk");
  const std::string database = folder + "/qalam.db";
  REQUIRE(shell.Run({"list", "--db", database}).status == 0);
  const auto commands = Commands(shell, database);
  const std::string wrong = RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = full ? MountSmallDisk(folder, 1 << 16) : MountReadOnly(folder);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    if (full &&
        !WriteFileAtomically(folder + "/ballast", std::string(13 * 4096, 'x'), false).ok()) {
      return "no ballast";
    }
    std::string text;
    for (const auto& command : commands) {
      text +=
          WhatIsWrong(shell.Run(command), {database, full ? "free some disk space" : "ead-only"});
    }
    return text;
  });
  CheckOrWarn(wrong);
}

TEST_CASE("A server whose disk becomes full goes on when there is room", "[cli][slow]") {
  Shell shell;
  const std::string folder = shell.File("disk");
  const std::string database = folder + "/qalam.db";
  REQUIRE(MakeDirectories(folder).ok());
  constexpr int kTrials = 60;
  const std::string document = shell.Write("filled", "sleep 0.05; echo loss=$0", kTrials);
  const std::string wrong = RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    // SQLite's log alone grows to 4 MiB before it is written back.
    if (mounted.ok()) mounted = MountSmallDisk(folder, 16 << 20);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    // The trials' own files are elsewhere: this is about the database.
    const auto server = shell.Start(
        {"serve", "--db", database, "--listen", "127.0.0.1:0", "--work-dir", shell.File("trials")});
    constexpr absl::Duration kPatience = absl::Seconds(60);
    const auto wait_for = [&](const std::vector<std::string>& command, const std::string& word) {
      for (const auto deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
        if (Has(shell.Run(command).text, word)) return true;
        absl::SleepFor(absl::Milliseconds(20));
      }
      return false;
    };
    const std::vector<std::string> list = {"list", "--db", database};
    if (!wait_for({"submit", "--db", database, document}, "filled")) return "not submitted";
    if (!wait_for({"trials", "--db", database, "filled"}, "Succeeded")) return "no trial ended";
    const std::string ballast = folder + "/ballast";
    FillDisk(ballast);
    // SQLite's log first uses again what it has; a large commit soon needs more. As long as an
    // argument may be.
    const std::string script = "echo loss=$0 #" + std::string(120 << 10, 'x');
    bool refused = false;
    const auto deadline = absl::Now() + kPatience;
    for (int i = 0; !refused && absl::Now() < deadline; ++i) {
      const std::string large = shell.Write(fmt::format("large-{}", i), script, 1);
      const auto outcome = shell.Run({"submit", "--db", database, large});
      refused = outcome.status == 1 && Has(outcome.text, "free some disk space");
    }
    if (!refused) return "the disk did not become full";
    if (shell.Run(list).status != 0) return "reading was disturbed";
    if (kill(server->pid(), 0) != 0) return "the server ended";
    unlink(ballast.c_str());
    if (!wait_for(list, fmt::format("{0}/{0}", kTrials))) return "it did not go on";
    return "";
  });
  CheckOrWarn(wrong);
}

}  // namespace qalam
