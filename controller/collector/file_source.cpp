#include "controller/collector/file_tail.h"
#include "controller/collector/line_splitter.h"
#include "controller/collector/metric_parser.h"
#include "controller/collector/sources.h"

namespace qalam::collector {

namespace {

class FileSource final : public MetricSource {
 public:
  FileSource(const std::string& path, std::unique_ptr<MetricParser> parser)
      : tail_(path, FileTail::Rotation::kFollow), parser_(std::move(parser)) {
    tail_.PassOver();
  }

  bool Look(int64_t now, std::vector<SpooledPoint>& points) override {
    const FilePiece piece = tail_.Read();
    const auto parse = [&](std::string_view line) { parser_->Parse(line, now, points); };
    if (piece.place == FilePiece::Place::kNextFile) lines_.Flush(parse);
    // Half a line that nobody completed any more may be half a number.
    if (piece.place == FilePiece::Place::kAnew) lines_ = {};
    lines_.Feed(piece.data, parse);
    return !piece.data.empty();
  }

  void Finish(int64_t now, std::vector<SpooledPoint>& points) override {
    lines_.Flush([&](std::string_view line) { parser_->Parse(line, now, points); });
  }

 private:
  FileTail tail_;
  const std::unique_ptr<MetricParser> parser_;
  LineSplitter lines_;
};

}  // namespace

StatusOr<std::unique_ptr<MetricSource>> MakeFileSource(const Job& job) {
  ASSIGN_OR_RETURN(auto parser, MakeMetricParser(job));
  return std::unique_ptr<MetricSource>(new FileSource(job.file, std::move(parser)));
}

}  // namespace qalam::collector
