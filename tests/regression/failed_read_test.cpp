// A metrics file that could not be read for a moment was taken for one that had been written anew,
// and all of its points came twice.

#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>

#include "controller/collector/metric_source.h"
#include "tests/support/temporary_directory.h"

namespace {
// How many reads of this thread are yet to fail.
thread_local int failures = 0;
}  // namespace

// Stands before the C library's, in the whole of this program.
extern "C" ssize_t pread(int file, void* data, size_t size, off_t offset) {
  if (failures > 0) {
    --failures;
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pread64, file, data, size, offset);
}

namespace qalam::collector {

TEST_CASE("A metrics file that cannot be read for a moment is read on", "[regression]") {
  const TemporaryDirectory directory;
  Job job;
  job.source = Source::kFile;
  job.file = directory.File("metrics.log");
  job.metrics = {"loss"};
  const auto source = MakeMetricSource(job, directory.path());
  REQUIRE(source.ok());
  std::ofstream file(job.file);
  const auto append = [&](const std::string& text) { file << text << std::flush; };
  const auto values = [&] {
    std::vector<SpooledPoint> points;
    (*source)->Look(0, points);
    std::vector<double> values;
    for (const auto& point : points) values.push_back(point.value);
    return values;
  };
  append("loss=1\nloss=2\n");
  CHECK(values() == std::vector<double>{1, 2});
  append("loss=3\n");
  failures = 1;
  CHECK(values().empty());
  CHECK(failures == 0);
  CHECK(values() == std::vector<double>{3});
}

}  // namespace qalam::collector
