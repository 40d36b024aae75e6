#include <algorithm>
#include <filesystem>
#include <map>

#include "controller/collector/event_message.h"
#include "controller/collector/event_names.h"
#include "controller/collector/event_records.h"
#include "controller/collector/file_tail.h"
#include "controller/collector/sources.h"

namespace qalam::collector {

namespace {

// How often the folder is searched for further files; those known are looked at more often.
constexpr std::chrono::milliseconds kFolderPoll(500);
// Each is kept open.
constexpr size_t kMostEventFiles = 200;

class EventSource final : public MetricSource {
 public:
  explicit EventSource(const Job& job) : root_(job.file), metrics_(job.metrics) {
    Search();
    for (auto& [path, file] : files_) file.tail.PassOver();
  }

  bool Look(int64_t now, std::vector<SpooledPoint>& points) override {
    if (command_ended_ || SteadyClock::now() >= next_search_) Search();
    bool found = false;
    for (auto& [path, file] : files_) found = LookAt(path, file, now, points) || found;
    return found;
  }

  void CommandEnded() override { command_ended_ = true; }

  std::string complaint() const override { return complaint_; }

 private:
  struct Followed {
    explicit Followed(const std::string& path) : tail(path, FileTail::Rotation::kNone) {}
    FileTail tail;
    EventRecords records;
  };

  void Search() {
    next_search_ = SteadyClock::now() + kFolderPoll;
    std::error_code error;
    if (std::filesystem::is_regular_file(root_, error)) return Follow(root_);
    std::filesystem::recursive_directory_iterator entry(root_, error), end;
    for (; !error && entry != end; entry.increment(error)) {
      // As TensorBoard knows them.
      const bool is_event_file =
          entry->path().filename().string().find("tfevents") != std::string::npos;
      std::error_code ignored;
      if (is_event_file && entry->is_regular_file(ignored)) Follow(entry->path().string());
    }
  }

  void Follow(const std::string& path) {
    if (files_.contains(path)) return;
    if (files_.size() < kMostEventFiles) {
      files_.try_emplace(path, path);
    } else {
      Complain(fmt::format("there are more than {} event files in {}, and only so many were read",
                           kMostEventFiles, root_));
    }
  }

  bool LookAt(const std::string& path, Followed& file, int64_t now,
              std::vector<SpooledPoint>& points) {
    if (file.records.is_damaged()) return false;
    const FilePiece piece = file.tail.Read();
    if (piece.place != FilePiece::Place::kFollows) file.records = {};
    file.records.Feed(piece.data);
    while (const auto record = file.records.Next()) {
      if (DecodeEvent(*record, event_)) Take(path, now, points);
    }
    if (file.records.is_damaged()) {
      Complain(fmt::format("the event file {} is damaged at byte {}, and its rest was not read",
                           path, file.records.offset()));
    }
    return !piece.data.empty();
  }

  void Take(const std::string& path, int64_t now, std::vector<SpooledPoint>& points) const {
    const bool has_time = event_.wall_time > 0 && event_.wall_time < 1e12;
    const int64_t time = has_time ? static_cast<int64_t>(event_.wall_time * 1e6) : now;
    const std::string folder = std::filesystem::path(path).parent_path().string();
    for (const auto& scalar : event_.scalars) {
      for (const auto& metric : MetricsOfTag(metrics_, folder, scalar.tag)) {
        points.push_back({time, std::max<int64_t>(event_.step, -1), scalar.value, metric, ""});
      }
    }
  }

  // The first is enough: the others follow from the same cause, or are as many as files.
  void Complain(std::string text) {
    if (complaint_.empty()) complaint_ = std::move(text);
  }

  const std::string root_;
  const std::vector<std::string> metrics_;
  std::map<std::string, Followed> files_;
  SteadyClock::time_point next_search_;
  bool command_ended_ = false;
  EventMessage event_;
  std::string complaint_;
};

}  // namespace

StatusOr<std::unique_ptr<MetricSource>> MakeEventSource(const Job& job) {
  return std::unique_ptr<MetricSource>(new EventSource(job));
}

}  // namespace qalam::collector
