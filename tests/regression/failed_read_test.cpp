// A metrics file that could not be read for a moment was taken for one that had been written anew,
// and all of its points came twice. One that could not be read for good kept those that came after
// it from being read.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>

#include "tests/support/watched_file.h"

namespace {

// How many reads of this thread are yet to fail.
thread_local int failures = 0;
// What this thread can ask and read no more, with the error that it has then.
thread_local int lost_file = -1;
thread_local int loss = 0;

bool Fails(int file) {
  if (file == lost_file) {
    errno = loss;
    return true;
  }
  return false;
}

}  // namespace

// These stand before the C library's, in the whole of this program.
extern "C" ssize_t pread(int file, void* data, size_t size, off_t offset) {
  if (Fails(file)) return -1;
  if (failures > 0) {
    --failures;
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pread64, file, data, size, offset);
}
extern "C" int fstat(int file, struct stat* status) noexcept {
  if (Fails(file)) return -1;
  return static_cast<int>(syscall(SYS_newfstatat, file, "", status, AT_EMPTY_PATH));
}
extern "C" int statx(int file, const char* path, int flags, unsigned mask,
                     struct statx* status) noexcept {
  if (Fails(file)) return -1;
  return static_cast<int>(syscall(SYS_statx, file, path, flags, mask, status));
}

namespace qalam::collector {

namespace {

// Where the collector has the file open.
int DescriptorOf(const WatchedFile& file) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (std::filesystem::read_symlink(entry.path(), error) == file.path()) {
      return std::stoi(entry.path().filename().string());
    }
  }
  return -1;
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("A metrics file that cannot be read for a moment is read on", "[regression]") {
  // Also for long, where nothing has come after it.
  const int times = GENERATE(1, 100);
  CAPTURE(times);
  WatchedFile file;
  file.Append("loss=1\nloss=2\n");
  CHECK(file.Look() == Values{1, 2});
  file.Append("loss=3\n");
  failures = times;
  for (int i = 0; i < times; ++i) CHECK(file.Look().empty());
  CHECK(failures == 0);
  CHECK(file.Look() == Values{3});
}

TEST_CASE("A rotated metrics file that cannot be read for a moment is not passed over",
          "[regression]") {
  WatchedFile file;
  file.Append("loss=1\n");
  CHECK(file.Look() == Values{1});
  file.Append("loss=2\n");
  file.Rename("metrics.log.1");
  file.Append("loss=3\n");
  failures = 3;
  for (int i = 0; i < 3; ++i) CHECK(file.Look().empty());
  CHECK(file.Look() == Values{2});
  CHECK(file.Look() == Values{3});
}

TEST_CASE("A metrics file that is lost keeps none back that comes after it", "[regression]") {
  const int error = GENERATE(EIO, ESTALE);
  CAPTURE(error);
  WatchedFile file;
  file.Append("loss=1\nloss=2");
  CHECK(file.Look() == Values{1});
  lost_file = DescriptorOf(file);
  loss = error;
  REQUIRE(lost_file >= 0);
  file.Append("3\n");
  file.Rename("metrics.log.1");
  file.Append("4\nloss=5\n");
  Values found;
  int looks = 0;
  while (found.empty() && looks < 100) {
    found = file.Look();
    ++looks;
  }
  // Nor is its half line the beginning of another's.
  CHECK(found == Values{5});
  CHECK((looks == 1) == (error == ESTALE));
  lost_file = -1;
  // By its new name it can be read, but was.
  file.Append("loss=6\n");
  CHECK(file.Look() == Values{6});
  file.Rename("metrics.log.1");
  file.Append("loss=7\n");
  CHECK(file.Look() == Values{7});
  CHECK(file.Look().empty());
}

}  // namespace qalam::collector
