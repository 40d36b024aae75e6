#include "controller/operators/checkpoint.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/files.h"
#include "tests/support/child_scenario.h"
#include "tests/support/private_mounts.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

namespace fs = std::filesystem;

void Write(const std::string& path, const std::string& content) {
  REQUIRE(MakeDirectories(fs::path(path).parent_path().string()).ok());
  REQUIRE(WriteFileAtomically(path, content, false).ok());
}

std::string Read(const std::string& path) { return ReadFile(path).value_or("cannot be read"); }

// The names of what is in a folder, however deep.
std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE(
    "A trial without a parent, or whose parent's checkpoint is gone, begins with an empty folder",
    "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = GENERATE(true, false) ? "" : directory.File("gone");
  const std::string target = directory.File("new/checkpoint");
  REQUIRE(PrepareCheckpoint(source, target).ok());
  CHECK(fs::is_directory(target));
  CHECK(fs::is_empty(target));
}

TEST_CASE("A checkpoint is copied whole and is no longer its parent's", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old"), target = directory.File("new/checkpoint");
  std::string large(3 << 20, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 4096);
  Write(source + "/weights", large);
  Write(source + "/deep/er/step", "5");
  Write(source + "/empty", "");
  REQUIRE(MakeDirectories(source + "/no-files").ok());
  REQUIRE(chmod((source + "/weights").c_str(), 0640) == 0);
  const auto time = fs::last_write_time(source + "/weights") - std::chrono::hours(50);
  fs::last_write_time(source + "/weights", time);

  REQUIRE(PrepareCheckpoint(source, target).ok());
  CHECK(Names(target) == Names(source));
  CHECK(Read(target + "/weights") == large);
  CHECK(Read(target + "/deep/er/step") == "5");
  CHECK(Read(target + "/empty").empty());
  CHECK(fs::last_write_time(target + "/weights") == time);
  CHECK(fs::status(target + "/weights").permissions() == fs::perms(0640));
  CHECK(Names(directory.File("new")).front() == "checkpoint");
  CHECK_FALSE(FileExists(target + ".partial"));
  Write(target + "/deep/er/step", "6");
  CHECK(Read(source + "/deep/er/step") == "5");
}

TEST_CASE("Links in a checkpoint stay links, and none leads back to the parent", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old"), target = directory.File("new");
  Write(source + "/step-10", "ten");
  Write(directory.File("data"), "all");
  fs::create_symlink("step-10", source + "/latest");
  fs::create_symlink(source + "/step-10", source + "/best");
  fs::create_symlink(directory.File("data"), source + "/data");
  fs::create_symlink("nowhere", source + "/dangling");
  REQUIRE(mkfifo((source + "/pipe").c_str(), 0600) == 0);

  REQUIRE(PrepareCheckpoint(source, target).ok());
  CHECK(fs::read_symlink(target + "/latest") == "step-10");
  CHECK(fs::read_symlink(target + "/best") == target + "/step-10");
  CHECK(fs::read_symlink(target + "/data") == directory.File("data"));
  CHECK(fs::read_symlink(target + "/dangling") == "nowhere");
  CHECK_FALSE(FileExists(target + "/pipe"));
}

TEST_CASE("A repeat leaves what the trial has written", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old"), target = directory.File("new");
  Write(source + "/step", "5");
  for (const auto& from : {source, std::string(), source}) {
    REQUIRE(PrepareCheckpoint(from, target).ok());
    CHECK(Read(target + "/step") == "5");
  }
  Write(target + "/step", "6");
  REQUIRE(PrepareCheckpoint(source, target).ok());
  CHECK(Read(target + "/step") == "6");
}

TEST_CASE("A copy that a crash cut short is begun anew", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old"), target = directory.File("new");
  Write(source + "/step", "5");
  Write(target + ".partial/step", "half");
  Write(target + ".partial/deep/left-over", "");
  REQUIRE(PrepareCheckpoint(source, target).ok());
  CHECK(Names(target) == std::vector<std::string>{"step"});
  CHECK(Read(target + "/step") == "5");
  CHECK_FALSE(FileExists(target + ".partial"));
}

TEST_CASE("Of several callers at once one copies and all find the whole", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old");
  constexpr int kFiles = 40;
  for (int i = 0; i < kFiles; ++i) {
    Write(fmt::format("{}/{}/file", source, i), std::string(10000, 'x'));
  }
  for (int round = 0; round < 5; ++round) {
    const std::string target = directory.File(fmt::format("new{}/checkpoint", round));
    std::vector<std::string> problems(4);
    std::vector<std::thread> callers;
    for (auto& problem : problems) {
      callers.emplace_back([&] {
        const Status status = PrepareCheckpoint(source, target);
        if (!status.ok()) problem = Message(status);
        for (int i = 0; i < kFiles; ++i) {
          if (Read(fmt::format("{}/{}/file", target, i)).size() != 10000) problem += "not whole ";
        }
      });
    }
    for (auto& caller : callers) caller.join();
    CHECK(problems == std::vector<std::string>(4));
    CHECK(Names(target).size() == 2 * kFiles);
    CHECK_FALSE(FileExists(target + ".partial"));
  }
}

TEST_CASE("A full disk is told as such and nothing is left on it", "[checkpoint]") {
  const TemporaryDirectory directory;
  const std::string source = directory.File("old"), disk = directory.File("disk");
  Write(source + "/a", std::string(1000, 'a'));
  Write(source + "/weights", std::string(1 << 20, 'x'));
  REQUIRE(MakeDirectories(disk).ok());
  const std::string wrong = RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountSmallDisk(disk, 1 << 16);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    Problems problems;
    problems.Expect(PrepareCheckpoint(source, disk + "/new"), StatusCode::kResourceExhausted,
                    "full");
    problems.Expect(fs::is_empty(disk), "something is left");
    return problems.text();
  });
  CheckOrWarn(wrong);
}

TEST_CASE("A checkpoint that is no folder is an error, not a fresh start", "[checkpoint]") {
  const TemporaryDirectory directory;
  Write(directory.File("file"), "");
  CHECK_FALSE(PrepareCheckpoint(directory.File("file"), directory.File("new")).ok());
  CHECK(Names(directory.path()) == std::vector<std::string>{"file"});
}

}  // namespace qalam
