#include <optional>

#include "db/transfer/record_json.h"
#include "db/transfer/transfer.h"

namespace qalam {

namespace transfer {
namespace {

// A batch is committed once it holds as much.
constexpr size_t kMostRecords = 1000;
constexpr size_t kMostPoints = 20000;
// Longer lines than any export has are damage, not data.
constexpr size_t kLongestLine = 256 << 20;
// What an experiment is while it comes in: ended, so that nothing runs it, and told from all
// others.
constexpr char kUnfinished[] = "ImportUnfinished";

// One experiment on its way in.
struct Incoming {
  ExperimentRecord record;  // as it will be
  bool is_refused = false;  // its lines are passed over
  WriteBatch batch;
  size_t records = 0, points = 0;  // in the batch
  TransferCounts counts;
};

class Importer {
 public:
  Importer(std::istream& input, Store& store) : input_(input), store_(store) {}

  Status Read();
  TransferCounts TakeCounts() { return std::move(counts_); }

 private:
  StatusOr<bool> ReadLine(Json& line);
  Status Take(const Json& line);
  Status Begin(const Json& content);
  Status TakeTrial(const Json& content);
  Status TakePoints(const Json& content);
  Status TakeEvent(const Json& content);
  Status End(const Json& content);
  Status CommitIfFull();
  Status Commit();
  // Nothing of the one that is coming in stays.
  void GiveUp();

  std::istream& input_;
  Store& store_;
  int64_t line_number_ = 0;
  bool is_complete_ = false;
  std::optional<Incoming> incoming_;
  TransferCounts counts_;
};

StatusOr<bool> Importer::ReadLine(Json& line) {
  std::string text;
  if (!std::getline(input_, text)) return false;
  ++line_number_;
  if (text.size() > kLongestLine) return InvalidArgument("it is too long");
  line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!line.is_object() || line.size() != 1) {
    return InvalidArgument("it should be a JSON object with one key");
  }
  return true;
}

Status Importer::Begin(const Json& content) {
  if (incoming_) return InvalidArgument("the experiment before has no end");
  ASSIGN_OR_RETURN(ExperimentRecord record, ReadExperimentJson(content));
  Incoming incoming{.record = record};
  // One that an earlier import left behind goes first.
  ASSIGN_OR_RETURN(const auto stored, store_.ListExperiments({.uid = record.uid}));
  const bool is_left_behind = !stored.empty() && stored.front().reason == kUnfinished;
  if (is_left_behind) RETURN_IF_ERROR(store_.Commit({.delete_experiments = {record.uid}}));
  record.state = ExperimentState::kFailed;
  record.reason = kUnfinished;
  record.message =
      "its import has not come to its end; import it again, which replaces it, or delete it";
  record.paused = record.stop_requested = record.delete_requested = false;
  const Status created = store_.Commit({.create_experiments = {record}});
  if (created.code() == StatusCode::kAlreadyExists) {
    incoming.is_refused = true;
    counts_.refused.push_back(
        fmt::format("{}/{}: {}", record.name_space, record.name,
                    stored.empty() ? Message(created) : "it is in this database already"));
  } else {
    // Whatever is there then is not this import's to remove.
    RETURN_IF_ERROR(created);
  }
  incoming_ = std::move(incoming);
  return absl::OkStatus();
}

Status Importer::TakeTrial(const Json& content) {
  ASSIGN_OR_RETURN(TrialRecord trial, ReadTrialJson(content));
  trial.experiment_uid = incoming_->record.uid;
  incoming_->batch.create_trials.push_back(std::move(trial));
  ++incoming_->records;
  ++incoming_->counts.trials;
  return CommitIfFull();
}

Status Importer::TakePoints(const Json& content) {
  if (!content.is_object() || !content.contains("trial") || !content["trial"].is_string() ||
      !content.contains("points") || !content["points"].is_array()) {
    return InvalidArgument("\"points\" should have a \"trial\" and a list of \"points\"");
  }
  TrialPoints points{content["trial"], {}};
  for (const Json& point : content["points"]) {
    ASSIGN_OR_RETURN(points.points.emplace_back(), ReadPointJson(point));
  }
  incoming_->points += points.points.size();
  incoming_->counts.points += static_cast<int64_t>(points.points.size());
  incoming_->batch.append_points.push_back(std::move(points));
  return CommitIfFull();
}

Status Importer::TakeEvent(const Json& content) {
  ASSIGN_OR_RETURN(EventRecord event, ReadEventJson(content));
  event.experiment_uid = incoming_->record.uid;
  incoming_->batch.append_events.push_back(std::move(event));
  ++incoming_->records;
  ++incoming_->counts.events;
  return CommitIfFull();
}

Status Importer::CommitIfFull() {
  const bool is_full = incoming_->records >= kMostRecords || incoming_->points >= kMostPoints;
  return is_full ? Commit() : absl::OkStatus();
}

Status Importer::Commit() {
  RETURN_IF_ERROR(store_.Commit(incoming_->batch));
  incoming_->batch = {};
  incoming_->records = incoming_->points = 0;
  return absl::OkStatus();
}

Status Importer::End(const Json& content) {
  const auto says = [&](const char* key, const auto& value) {
    return content.is_object() && content.contains(key) && content[key] == value;
  };
  const TransferCounts& counts = incoming_->counts;
  if (!says("uid", incoming_->record.uid) || !says("trials", counts.trials) ||
      !says("points", counts.points) || !says("events", counts.events)) {
    return InvalidArgument("lines of the experiment {} are missing before its end",
                           incoming_->record.name);
  }
  // Shown as it was only with everything that it has.
  ExperimentRecord record = incoming_->record;
  record.version = 1;
  incoming_->batch.update_experiments.push_back(std::move(record));
  RETURN_IF_ERROR(Commit());
  ++counts_.experiments;
  counts_.trials += counts.trials;
  counts_.points += counts.points;
  counts_.events += counts.events;
  incoming_.reset();
  return absl::OkStatus();
}

Status Importer::Take(const Json& line) {
  const std::string kind = line.begin().key();
  const Json& content = line.begin().value();
  if (is_complete_) return InvalidArgument("nothing should follow \"complete\"");
  if (line_number_ == 1) {
    if (kind != "qalamExport" || !content.is_object() || !content.contains("version")) {
      return InvalidArgument("it should begin an export of Qalam's: \"qalamExport\"");
    }
    if (content["version"] != kExportVersion) {
      return FailedPrecondition("the export has version {}, and this program reads {}",
                                content["version"].dump(), kExportVersion);
    }
    return absl::OkStatus();
  }
  if (kind == "experiment") return Begin(content);
  if (kind == "complete") {
    if (incoming_) return InvalidArgument("the experiment before has no end");
    is_complete_ = true;
    return absl::OkStatus();
  }
  if (!incoming_) return InvalidArgument("\"{}\" should come after an \"experiment\"", kind);
  if (incoming_->is_refused) {
    if (kind == "end") incoming_.reset();
    return absl::OkStatus();
  }
  if (kind == "trial") return TakeTrial(content);
  if (kind == "points") return TakePoints(content);
  if (kind == "event") return TakeEvent(content);
  if (kind == "end") return End(content);
  return InvalidArgument("\"{}\" is no kind of line of this version", kind);
}

void Importer::GiveUp() {
  if (!incoming_ || incoming_->is_refused) return;
  store_.Commit({.delete_experiments = {incoming_->record.uid}}).IgnoreError();
}

Status Importer::Read() {
  while (true) {
    Json line;
    const auto found = ReadLine(line);
    Status status = found.status();
    if (found.ok() && *found) status = Take(line);
    if (!status.ok()) {
      GiveUp();
      return WithContext(status, fmt::format("line {}", line_number_));
    }
    if (!*found) break;
  }
  if (is_complete_) return absl::OkStatus();
  GiveUp();
  return InvalidArgument("line {}: the export ends early, without \"complete\"", line_number_);
}

}  // namespace
}  // namespace transfer

StatusOr<TransferCounts> ImportExperiments(std::istream& input, Store& store) {
  transfer::Importer importer(input, store);
  RETURN_IF_ERROR(importer.Read());
  return importer.TakeCounts();
}

}  // namespace qalam
