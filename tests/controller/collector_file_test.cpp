// Metrics files as programs write them: late, renamed and made anew, cut short.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "controller/collector/file_tail.h"
#include "tests/support/watched_file.h"

namespace qalam::collector {
namespace {

using Values = std::vector<double>;

}  // namespace

TEST_CASE("A metrics file may appear late and be written in pieces", "[collector]") {
  WatchedFile file;
  CHECK(file.New().empty());
  file.Append("loss=1\nlos");
  CHECK(file.New() == Values{1});
  CHECK(file.New().empty());
  file.Append("s=2\nloss=3");
  CHECK(file.New() == Values{2});
  CHECK(file.Last() == Values{3});
}

TEST_CASE("A rotated metrics file is read to its end before the new one", "[collector]") {
  WatchedFile file;
  file.Append("loss=1\n");
  CHECK(file.New() == Values{1});
  // Written after the last look, without a newline, and renamed at once.
  file.Append("loss=2\nloss=3");
  file.Rename("metrics.log.1");
  file.Append("loss=4\n");
  CHECK(file.New() == Values{2, 3, 4});
  CHECK(file.New().empty());
}

TEST_CASE("Rotations between two looks lose nothing", "[collector]") {
  WatchedFile file;
  const bool is_followed = GENERATE(false, true);
  CAPTURE(is_followed);
  Values expected = {1, 2, 3, 4, 5, 6};
  file.Append("loss=1\n");
  if (is_followed) {
    CHECK(file.New() == Values{1});
    expected.erase(expected.begin());
  }
  // As Python's RotatingFileHandler does, and names that are no rotation's between them.
  for (int i = 2; i <= 6; ++i) {
    for (int old = 5; old >= 1; --old) {
      if (std::filesystem::exists(file.File(fmt::format("metrics.log.{}", old)))) {
        std::filesystem::rename(file.File(fmt::format("metrics.log.{}", old)),
                                file.File(fmt::format("metrics.log.{}", old + 1)));
      }
    }
    file.Rename("metrics.log.1");
    file.Append(fmt::format("loss={}\n", i));
  }
  for (const char* other :
       {"metrics.log.gz", "metrics.log.1.gz", "metrics.logs", "metrics.log.tmp"})
    std::ofstream(file.File(other)) << "loss=99\n";
  CHECK(file.New() == expected);
  CHECK(file.New().empty());
  // One that was read is not read again, when somebody still writes to it.
  std::ofstream(file.File("metrics.log.3"), std::ios::app) << "loss=98\n";
  file.Rename("metrics.log.0");
  file.Append("loss=7\n");
  CHECK(file.New() == Values{7});
}

TEST_CASE("A program that goes on with the renamed file loses nothing", "[collector]") {
  WatchedFile file;
  file.Append("loss=1\n");
  CHECK(file.New() == Values{1});
  // As logrotate does: the new file is there, and the program still writes to the old one.
  file.Rename("metrics.log.1");
  file.Append("");
  CHECK(file.New().empty());
  std::ofstream(file.File("metrics.log.1"), std::ios::app) << "loss=2\n";
  CHECK(file.New() == Values{2});
  file.Append("loss=3\n");
  CHECK(file.New() == Values{3});
  CHECK(std::filesystem::remove(file.File("metrics.log.1")));
  file.Append("loss=4\n");
  CHECK(file.New() == Values{4});
}

TEST_CASE("A metrics file that is cut short is read anew", "[collector]") {
  WatchedFile file;
  file.Append("loss=1\nloss=2\nloss=0.1");
  CHECK(file.New() == Values{1, 2});
  SECTION("shorter than before") {
    file.Overwrite("loss=5\n");
    CHECK(file.New() == Values{5});
  }
  SECTION("empty for a while") {
    file.Overwrite("");
    CHECK(file.New().empty());
    file.Append("loss=5\n");
    CHECK(file.New() == Values{5});
  }
  SECTION("as long as before") {
    file.Overwrite("loss=3\nloss=4\nloss=5.1\n");
    CHECK(file.New() == Values{3, 4, 5.1});
  }
  SECTION("longer than before") {
    file.Overwrite("loss=3\nloss=4\nloss=5\nloss=6\nloss=7\n");
    CHECK(file.New() == Values{3, 4, 5, 6, 7});
  }
  // Half a line of before is no line.
  CHECK(file.Last().empty());
}

TEST_CASE("A writer that keeps its place after a cut leaves a hole that is passed over",
          "[collector]") {
  WatchedFile file;
  std::ofstream writer(file.path(), std::ios::binary);
  for (int i = 0; i < 20'000; ++i) writer << "loss=1\n";
  writer.flush();
  CHECK(file.New().size() == 20'000);
  std::filesystem::resize_file(file.path(), 0);
  writer << "loss=2\n";
  writer.flush();
  CHECK(file.New() == Values{2});
}

TEST_CASE("What a metrics file held before the trial is not the trial's", "[collector]") {
  WatchedFile file("loss=1\nloss=2\n");
  CHECK(file.New().empty());
  SECTION("appended to") {
    file.Append("loss=3\n");
    CHECK(file.New() == Values{3});
  }
  SECTION("written anew") {
    file.Overwrite("loss=3\n");
    CHECK(file.New() == Values{3});
  }
  SECTION("written anew with the same content") {
    file.Overwrite("loss=1\nloss=2\n");
    CHECK(file.New() == Values{1, 2});
    CHECK(file.New().empty());
  }
}

TEST_CASE("Rotated files of before the trial are not the trial's", "[collector]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("metrics.log");
  std::ofstream(path + ".1") << "old";
  FileTail tail(path, FileTail::Rotation::kFollow);
  tail.PassOver();
  std::filesystem::rename(path + ".1", path + ".2");
  std::ofstream(path + ".1") << "first";
  std::ofstream(path) << "second";
  CHECK(tail.Read().data == "first");
  CHECK(tail.Read().data == "second");
  CHECK(tail.Read().data.empty());
}

TEST_CASE("Neither a folder nor a pipe is read as a metrics file", "[collector]") {
  const TemporaryDirectory directory;
  CHECK(FileTail(directory.path(), FileTail::Rotation::kFollow).Read().data.empty());
  const std::string pipe = directory.File("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(FileTail(pipe, FileTail::Rotation::kFollow).Read().data.empty());
}

}  // namespace qalam::collector
