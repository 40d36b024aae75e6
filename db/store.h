// What must survive: experiments, trials, their observation logs and events.
//
// Contract of every Store:
// - Thread-safe: any method from any thread. Readers never wait for the writer.
// - Commit is atomic and durable: when it returns OK the batch survives kill -9 and a power cut;
//   when it fails nothing of the batch is there. Concurrent batches may share one disk sync.
// - Readers see a whole batch or nothing of it, and every batch acknowledged before they began.
// - Returned values are copies; nothing in them refers to the store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "api/states.h"
#include "base/clock.h"
#include "base/status.h"

namespace qalam {

struct ExperimentRecord {
  std::string uid;
  std::string name_space;
  std::string name;
  std::string document_json;  // the whole document with defaults, budget edits included
  uint64_t seed = 0;
  ExperimentState state = ExperimentState::kCreated;
  std::string reason;   // CamelCase, for programs: MaxTrialsReached, GoalReached, ...
  std::string message;  // a sentence, for people
  bool paused = false;
  bool stop_requested = false;    // the user asked; the controller carries it out
  bool delete_requested = false;  // likewise: trials are stopped first, then all rows go
  bool suggestions_exhausted = false;
  std::string work_dir;  // the folder that holds its trials' folders
  Time created = absl::InfinitePast();
  Time started = absl::InfinitePast();    // InfinitePast: not yet
  Time completed = absl::InfinitePast();  // InfinitePast: not yet
  int64_t version = 0;  // set by the store: 1 at creation, one more with every update
};

struct MetricSummary {
  std::string name;
  // min and max pass over NaN and are NaN when every value was; latest is the last value appended,
  // whatever it is.
  double min = 0, max = 0, latest = 0;
  int64_t count = 0;
  std::string text;  // the last one appended; empty when every value was a number
};

struct TrialRecord {
  std::string uid;
  std::string experiment_uid;
  std::string name;
  int64_t number = 0;  // from 0, unique in the experiment
  std::vector<Assignment> parameters;
  std::map<std::string, std::string> labels;
  TrialState state = TrialState::kPending;
  std::string reason;
  std::string message;
  std::optional<double> objective_value;
  // One for each further objective, in their order; empty without an objective_value.
  std::vector<double> additional_objective_values;
  // One for each outcome constraint: by how much it is broken; 0 and below hold, NaN is not known.
  std::vector<double> violations;
  bool IsFeasible() const {
    return std::all_of(violations.begin(), violations.end(), [](double v) { return v <= 0; });
  }
  // Kept by the store from the points appended; ignored on write. By name.
  std::vector<MetricSummary> metrics;
  std::string handle;            // what the operator calls it; empty until submitted
  uint64_t collected_bytes = 0;  // how far the operator's observations have been read
  int attempts = 0;
  // Pending, and not to be handed to the operator until parallelTrialCount leaves room: one that
  // was added by hand.
  bool waits_for_room = false;
  // Where clients run the trials: who has it, under which lease, and how long that lasts after its
  // holder was last heard of. Kept after the trial's end.
  std::string worker;
  std::string lease;
  double lease_seconds = 0;
  Time created = absl::InfinitePast();
  Time started = absl::InfinitePast();
  Time completed = absl::InfinitePast();
};

// Of MetricPoint::text; a line of a trial's output is cut there too.
inline constexpr size_t kLongestMetricText = 64 << 10;

struct MetricPoint {
  std::string metric;
  Time time;
  double value = 0;   // may be NaN or infinite
  int64_t step = -1;  // -1: none given
  std::string text;   // a value that is no number, a genotype for instance; then `value` is NaN
};

struct TrialPoints {
  std::string trial_uid;
  std::vector<MetricPoint> points;  // appended in this order
};

struct EventRecord {
  int64_t sequence = 0;  // set by the store, growing
  std::string experiment_uid;
  std::string trial_uid;  // empty: of the experiment itself
  Time time;
  std::string reason;
  std::string message;
};

// One atomic change. Applied in the order of the members.
struct WriteBatch {
  std::vector<ExperimentRecord> create_experiments;  // ALREADY_EXISTS: namespace/name is taken
  // Replaces the row; ABORTED when `version` is not the stored one, NOT_FOUND when it is gone.
  std::vector<ExperimentRecord> update_experiments;
  std::vector<TrialRecord> create_trials;  // ALREADY_EXISTS: uid, name or number is taken
  // Replaces the row but for number and name, which stay; NOT_FOUND when it is gone.
  std::vector<TrialRecord> update_trials;
  // Uids of trials whose observations are forgotten, since they are run again; NOT_FOUND when one
  // is gone.
  std::vector<std::string> clear_points;
  std::vector<TrialPoints> append_points;  // NOT_FOUND when the trial is gone
  std::vector<EventRecord> append_events;
  std::vector<std::string> delete_experiments;  // by uid, with all that belongs to them
};

// What experiments are listed by; those that have none of it come last, whichever the direction.
enum class ExperimentOrder {
  kCreated,
  kName,
  kState,      // as ExperimentState counts
  kCompleted,  // when it ended
  kBest,       // the best trial's objective, see BestTrial
};

// Where an experiment stands in a list, for paging. It need not exist any more.
struct ExperimentPlace {
  std::string uid;
  Time created;
  std::string name;           // for kName
  std::optional<double> key;  // for the others: the state's number, Unix microseconds, objective
};

struct ExperimentQuery {
  std::string uid;                      // empty: any
  std::string name_space;               // empty: any
  std::string name;                     // empty: any
  bool only_active = false;             // not in a terminal state, or a stop or delete asked for
  std::string name_contains;            // empty: any; ASCII letters match either case
  std::vector<ExperimentState> states;  // empty: any
  std::string algorithm;                // as the document names it; empty: any
  ExperimentOrder order = ExperimentOrder::kCreated;  // ties by (created, uid)
  bool descending = false;
  std::optional<ExperimentPlace> after;  // only rows that come after this place in the order
  int limit = 0;                         // 0: no limit
};

struct TrialQuery {
  std::string experiment_uid;  // empty: any
  std::string uid;             // empty: any
  std::string name;            // empty: any; names are unique within a namespace by construction
  std::vector<TrialState> states;  // empty: any
  std::vector<int64_t> numbers;    // empty: any; with an experiment_uid alone
  int64_t after_number = -1;       // for paging
  int limit = 0;                   // 0: no limit
  bool with_metrics = true;        // false leaves TrialRecord::metrics empty, which is cheaper
};

// A trial that was better than every one of a lower number, and its objective.
struct Incumbent {
  int64_t number = 0;
  double value = 0;
};

struct MetricQuery {
  std::string trial_uid;
  std::string metric;  // empty: all
  int max_points = 0;  // 0: all; else down-sampled per metric, keeping each bucket's min and max
};

struct MetricSeries {
  std::vector<MetricPoint> points;  // in the order appended
  int64_t total = 0;                // before down-sampling
};

struct EventQuery {
  std::string experiment_uid;
  std::string trial_uid;  // empty: any, and those of the experiment itself
  int64_t after_sequence = 0;
  int limit = 0;
  bool latest = false;  // of more than the limit the last ones, not the first; oldest first anyway
};

using TrialCounts = std::map<TrialState, int64_t>;

class Store {
 public:
  virtual ~Store() = default;

  virtual Status Commit(const WriteBatch& batch) = 0;
  // By uid or by name_space and name it reads that row alone.
  virtual StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) = 0;
  // How many ListExperiments would give without `after` and `limit`.
  virtual StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) = 0;
  // By number within an experiment.
  virtual StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) = 0;
  virtual StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) = 0;
  // The trial with the best finite objective among the feasible Succeeded and EarlyStopped; the
  // lower number wins a tie. Empty when there is none. Indexed: does not read all trials.
  virtual StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                         ObjectiveType type) = 0;
  // Each feasible Succeeded or EarlyStopped trial whose finite objective is better than those of
  // all such trials of lower numbers, by number. Indexed: reads no trial's row.
  virtual StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                          ObjectiveType type) = 0;
  virtual StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) = 0;
  virtual StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) = 0;
};

struct SqliteOptions {
  // How long to wait for a lock of another process. Usually that is one group commit of it; longer
  // than this and something is wrong.
  Duration lock_timeout = absl::Seconds(5);
};

// Opens or creates the database file and migrates it forward. Errors, from here and from every
// method, each with the path and what to do: FAILED_PRECONDITION for a newer schema or another
// program's file (untouched), DATA_LOSS for a corrupt file, PERMISSION_DENIED for a read-only one,
// RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE when another process holds it too long or
// the file was moved away. None of them ends the store: it goes on once the cause is gone.
StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                 const SqliteOptions& options = {});

}  // namespace qalam
