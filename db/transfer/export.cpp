#include <absl/time/clock.h>

#include "db/transfer/record_json.h"
#include "db/transfer/transfer.h"

namespace qalam {

namespace transfer {
namespace {

constexpr int kTrialsAtOnce = 500;
constexpr int kEventsAtOnce = 1000;
constexpr int kExperimentsAtOnce = 100;
constexpr size_t kPointsInLine = 500;

class Exporter {
 public:
  Exporter(Store& store, std::ostream& output) : store_(store), output_(output) {}

  Status Write(ExperimentQuery query);
  TransferCounts TakeCounts() { return std::move(counts_); }

 private:
  // A line of that kind.
  Status Line(const char* kind, Json content);
  Status Write(const ExperimentRecord& experiment);
  Status Write(const TrialRecord& trial);
  Status WriteEvents(const std::string& experiment_uid);
  // The trial with exactly the points that its row counts, though a server may write meanwhile.
  StatusOr<std::vector<MetricPoint>> ReadPoints(TrialRecord& trial);

  Store& store_;
  std::ostream& output_;
  TransferCounts counts_;
};

Status Exporter::Line(const char* kind, Json content) {
  Json line;
  line[kind] = std::move(content);
  output_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  return output_.good() ? absl::OkStatus()
                        : ResourceExhausted("the export cannot be written; is the disk full?");
}

StatusOr<std::vector<MetricPoint>> Exporter::ReadPoints(TrialRecord& trial) {
  constexpr int kMostTries = 100;
  for (int i = 0; i < kMostTries; ++i) {
    int64_t counted = 0;
    for (const auto& metric : trial.metrics) counted += metric.count;
    if (counted == 0) return std::vector<MetricPoint>();
    ASSIGN_OR_RETURN(auto series, store_.ReadMetrics({.trial_uid = trial.uid}));
    if (series.total == counted) return std::move(series.points);
    ASSIGN_OR_RETURN(auto trials, store_.ListTrials({.uid = trial.uid}));
    if (trials.empty()) return NotFound("trial {} was deleted meanwhile", trial.name);
    trial = std::move(trials.front());
  }
  return Unavailable("trial {} changes faster than it can be read; stop its experiment first",
                     trial.name);
}

Status Exporter::Write(const TrialRecord& listed) {
  TrialRecord trial = listed;
  ASSIGN_OR_RETURN(const auto points, ReadPoints(trial));
  RETURN_IF_ERROR(Line("trial", ToJson(trial)));
  for (size_t begin = 0; begin < points.size(); begin += kPointsInLine) {
    Json line = {{"trial", trial.uid}, {"points", Json::array()}};
    const size_t end = std::min(begin + kPointsInLine, points.size());
    for (size_t i = begin; i < end; ++i) line["points"].push_back(ToJson(points[i]));
    RETURN_IF_ERROR(Line("points", std::move(line)));
  }
  ++counts_.trials;
  counts_.points += static_cast<int64_t>(points.size());
  return absl::OkStatus();
}

Status Exporter::WriteEvents(const std::string& experiment_uid) {
  EventQuery query{.experiment_uid = experiment_uid, .limit = kEventsAtOnce};
  while (true) {
    ASSIGN_OR_RETURN(const auto events, store_.ListEvents(query));
    if (events.empty()) return absl::OkStatus();
    for (const auto& event : events) RETURN_IF_ERROR(Line("event", ToJson(event)));
    counts_.events += static_cast<int64_t>(events.size());
    query.after_sequence = events.back().sequence;
  }
}

Status Exporter::Write(const ExperimentRecord& experiment) {
  const TransferCounts before = counts_;
  RETURN_IF_ERROR(Line("experiment", ToJson(experiment)));
  TrialQuery query{.experiment_uid = experiment.uid, .limit = kTrialsAtOnce};
  while (true) {
    ASSIGN_OR_RETURN(const auto trials, store_.ListTrials(query));
    if (trials.empty()) break;
    for (const auto& trial : trials) RETURN_IF_ERROR(Write(trial));
    query.after_number = trials.back().number;
  }
  RETURN_IF_ERROR(WriteEvents(experiment.uid));
  ++counts_.experiments;
  return Line("end", {{"uid", experiment.uid},
                      {"trials", counts_.trials - before.trials},
                      {"points", counts_.points - before.points},
                      {"events", counts_.events - before.events}});
}

Status Exporter::Write(ExperimentQuery query) {
  RETURN_IF_ERROR(Line("qalamExport",
                       {{"version", kExportVersion}, {"created", qalam::FormatTime(absl::Now())}}));
  query.limit = kExperimentsAtOnce;
  while (true) {
    ASSIGN_OR_RETURN(const auto experiments, store_.ListExperiments(query));
    if (experiments.empty()) break;
    for (const auto& experiment : experiments) RETURN_IF_ERROR(Write(experiment));
    const auto& last = experiments.back();
    query.after = ExperimentPlace{.uid = last.uid, .created = last.created};
  }
  RETURN_IF_ERROR(Line("complete", {{"experiments", counts_.experiments}}));
  output_.flush();
  return output_.good() ? absl::OkStatus()
                        : ResourceExhausted("the export cannot be written; is the disk full?");
}

}  // namespace
}  // namespace transfer

StatusOr<TransferCounts> ExportExperiments(Store& store, const ExperimentQuery& query,
                                           std::ostream& output) {
  transfer::Exporter exporter(store, output);
  RETURN_IF_ERROR(exporter.Write(query));
  return exporter.TakeCounts();
}

}  // namespace qalam
