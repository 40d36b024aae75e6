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
#include <fstream>

#include "controller/collector/metric_source.h"
#include "tests/support/temporary_directory.h"

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

// A metrics file that the test writes, and what the collector finds in it.
class TrialFile {
 public:
  TrialFile() {
    Job job;
    job.source = Source::kFile;
    job.file = path();
    job.metrics = {"loss"};
    source_ = *MakeMetricSource(job, directory_.path());
  }

  std::string path() const { return directory_.File("metrics.log"); }
  void Append(const std::string& text) {
    std::ofstream(path(), std::ios::app | std::ios::binary) << text;
  }
  void Rotate() { std::filesystem::rename(path(), path() + ".1"); }
  // Where the collector has it open.
  int Descriptor() const {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code error;
      if (std::filesystem::read_symlink(entry.path(), error) == path()) {
        return std::stoi(entry.path().filename().string());
      }
    }
    return -1;
  }

  // With one look.
  std::vector<double> Values() {
    std::vector<SpooledPoint> points;
    source_->Look(0, points);
    std::vector<double> values;
    for (const auto& point : points) values.push_back(point.value);
    return values;
  }

 private:
  const TemporaryDirectory directory_;
  std::unique_ptr<MetricSource> source_;
};

using Values = std::vector<double>;

}  // namespace

TEST_CASE("A metrics file that cannot be read for a moment is read on", "[regression]") {
  // Also for long, where nothing has come after it.
  const int times = GENERATE(1, 100);
  CAPTURE(times);
  TrialFile file;
  file.Append("loss=1\nloss=2\n");
  CHECK(file.Values() == Values{1, 2});
  file.Append("loss=3\n");
  failures = times;
  for (int i = 0; i < times; ++i) CHECK(file.Values().empty());
  CHECK(failures == 0);
  CHECK(file.Values() == Values{3});
}

TEST_CASE("A rotated metrics file that cannot be read for a moment is not passed over",
          "[regression]") {
  TrialFile file;
  file.Append("loss=1\n");
  CHECK(file.Values() == Values{1});
  file.Append("loss=2\n");
  file.Rotate();
  file.Append("loss=3\n");
  failures = 3;
  for (int i = 0; i < 3; ++i) CHECK(file.Values().empty());
  CHECK(file.Values() == Values{2});
  CHECK(file.Values() == Values{3});
}

TEST_CASE("A metrics file that is lost keeps none back that comes after it", "[regression]") {
  const int error = GENERATE(EIO, ESTALE);
  CAPTURE(error);
  TrialFile file;
  file.Append("loss=1\nloss=2");
  CHECK(file.Values() == Values{1});
  lost_file = file.Descriptor();
  loss = error;
  REQUIRE(lost_file >= 0);
  file.Append("3\n");
  file.Rotate();
  file.Append("4\nloss=5\n");
  Values found;
  int looks = 0;
  while (found.empty() && looks < 100) {
    found = file.Values();
    ++looks;
  }
  // Nor is its half line the beginning of another's.
  CHECK(found == Values{5});
  CHECK((looks == 1) == (error == ESTALE));
  lost_file = -1;
  // By its new name it can be read, but was.
  file.Append("loss=6\n");
  CHECK(file.Values() == Values{6});
  file.Rotate();
  file.Append("loss=7\n");
  CHECK(file.Values() == Values{7});
  CHECK(file.Values().empty());
}

}  // namespace qalam::collector
