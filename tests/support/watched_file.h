#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "controller/collector/metric_source.h"
#include "tests/support/temporary_directory.h"

namespace qalam::collector {

// The trial's side of a metrics file and the collector's.
class WatchedFile {
 public:
  explicit WatchedFile(const std::string& before = "") {
    if (!before.empty()) {
      Append(before);
      // Long ago, so that a change is told by the time.
      std::filesystem::last_write_time(path(), {});
    }
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
  void Overwrite(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }
  void Rename(const std::string& name) { std::filesystem::rename(path(), directory_.File(name)); }
  std::string File(const std::string& name) const { return directory_.File(name); }

  // What one look finds.
  std::vector<double> Look() {
    std::vector<SpooledPoint> points;
    source_->Look(0, points);
    return Values(points);
  }
  // The values that have come since the last call.
  std::vector<double> New() {
    std::vector<SpooledPoint> points;
    while (source_->Look(0, points)) {
    }
    return Values(points);
  }
  std::vector<double> Last() {
    std::vector<SpooledPoint> points;
    source_->Finish(0, points);
    return Values(points);
  }

 private:
  static std::vector<double> Values(const std::vector<SpooledPoint>& points) {
    std::vector<double> values;
    for (const auto& point : points) values.push_back(point.value);
    return values;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<MetricSource> source_;
};

}  // namespace qalam::collector
