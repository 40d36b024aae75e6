#include "controller/operators/kubernetes/trial_log.h"

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr char kMark[] = "uid/0";

// "TIME TEXT\n" at a number of milliseconds.
std::string At(int milliseconds, const std::string& text) {
  return fmt::format("2026-11-28T10:00:{:02}.{:03}Z {}\n", milliseconds / 1000, milliseconds % 1000,
                     text);
}
std::string Spooled(const std::string& text) {
  return fmt::format("\x1e{{\"qalam\":\"{}\",\"spool\":\"{}\\n\"}}", kMark, text);
}
std::string Ended(int output_bytes, int spool_bytes) {
  return fmt::format(
      "\x1e{{\"qalam\":\"{}\",\"result\":{{\"ending\":0,\"code\":0,\"message\":\"m\"}},"
      "\"output_bytes\":{},\"spool_bytes\":{}}}",
      kMark, output_bytes, spool_bytes);
}

class LogFolder {
 public:
  std::string output() const { return ReadFile(directory_.File("output.log")).value_or(""); }
  std::string spool() const { return ReadFile(directory_.File("metrics.spool")).value_or(""); }
  const std::string& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("A log that is read again brings nothing twice", "[trial_log]") {
  const std::vector<std::string> lines = {
      At(100, "a"),  At(100, "b"),   At(900, Spooled("1 -1 1 x")), At(900, "c"), At(900, ""),
      At(1100, "d"), At(2100, "e é")};
  std::string whole;
  for (const auto& line : lines) whole += line;
  const std::string expected = "a\nb\nc\n\nd\ne é\n";
  // The connection is cut after any byte, and the server begins again with the second that the last
  // line was of; with another process in between, too.
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    CAPTURE(cut);
    LogFolder cut_folder;
    const bool restart = cut % 2 == 0;
    auto log = std::make_unique<TrialLog>(cut_folder.path(), kMark);
    CHECK(log->Begin({"pod", 0}).empty());
    REQUIRE(log->Take(whole.substr(0, cut)).ok());
    log->End();
    if (restart) log = std::make_unique<TrialLog>(cut_folder.path(), kMark);
    const std::string since = log->Begin({"pod", 0});
    std::string again;
    for (const auto& line : lines) {
      if (since.empty() || line.substr(0, 19) >= since.substr(0, 19)) again += line;
    }
    REQUIRE(log->Take(again).ok());
    CHECK(cut_folder.output() == expected);
    CHECK(cut_folder.spool() == "1 -1 1 x\n");
  }
}

TEST_CASE("What came after the last note is read again after a crash", "[trial_log]") {
  LogFolder folder;
  {
    TrialLog log(folder.path(), kMark);
    log.Begin({"pod", 0});
    REQUIRE(log.Take(At(100, "kept") + At(200, Spooled("1 -1 1 x"))).ok());
    log.End();
  }
  // As if it had been killed when more had been written than was noted.
  REQUIRE(WriteFileAtomically(folder.path() + "/output.log", "kept\nhalf a li", false).ok());
  REQUIRE(WriteFileAtomically(folder.path() + "/metrics.spool", "1 -1 1 x\n2 -1", false).ok());
  TrialLog log(folder.path(), kMark);
  CHECK_FALSE(log.Begin({"pod", 0}).empty());
  REQUIRE(log.Take(At(100, "kept") + At(200, Spooled("1 -1 1 x")) + At(300, "half a line") +
                   At(400, Spooled("2 -1 2 x")) + At(500, Ended(17, 18)))
              .ok());
  CHECK(folder.output() == "kept\nhalf a line\n");
  CHECK(folder.spool() == "1 -1 1 x\n2 -1 2 x\n");
  REQUIRE(log.result().has_value());
  CHECK(log.missing_bytes() == 0);
}

TEST_CASE("A container that is started again goes on in the same folder", "[trial_log]") {
  LogFolder folder;
  TrialLog log(folder.path(), kMark);
  log.Begin({"pod", 0});
  REQUIRE(log.Take(At(100, "first") + At(200, Ended(6, 0))).ok());
  log.SetComplete();
  CHECK(log.is_complete_for({"pod", 0}));
  CHECK_FALSE(log.is_complete_for({"pod", 1}));
  CHECK(log.Begin({"pod", 1}).empty());
  CHECK_FALSE(log.result().has_value());
  REQUIRE(log.Take(At(100, "second")).ok());
  CHECK(folder.output() == "first\nsecond\n");
  log.End();
  // Whoever goes on knows which run it is.
  TrialLog next(folder.path(), kMark);
  CHECK_FALSE(next.Begin({"pod", 1}).empty());
}

TEST_CASE("Bytes that the cluster has cut off are counted", "[trial_log]") {
  LogFolder folder;
  TrialLog log(folder.path(), kMark);
  log.Begin({"pod", 0});
  REQUIRE(log.Take(At(100, "rest") + At(200, Ended(105, 20))).ok());
  CHECK(log.missing_bytes() == 120);
}

TEST_CASE("Damaged notes make the log be read from its beginning", "[trial_log]") {
  LogFolder folder;
  {
    TrialLog log(folder.path(), kMark);
    log.Begin({"pod", 0});
    REQUIRE(log.Take(At(100, "a")).ok());
  }
  REQUIRE(WriteFileAtomically(folder.path() + "/log-position.json", "{\"pod_uid\":", false).ok());
  TrialLog log(folder.path(), kMark);
  CHECK(log.Begin({"pod", 0}).empty());
  REQUIRE(log.Take(At(100, "a") + At(200, "b")).ok());
  CHECK(folder.output() == "a\nb\n");
}

}  // namespace qalam
