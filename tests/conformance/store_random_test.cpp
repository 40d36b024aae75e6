// Random batches against the memory store, reopening as it goes: both must answer alike.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "tests/conformance/memory_store.h"
#include "tests/conformance/store_fixture.h"

namespace qalam {
namespace {

std::string Describe(Time time) {
  return time == absl::InfinitePast() ? "never" : fmt::format("{}", absl::ToUnixMicros(time));
}

std::string Describe(const ExperimentRecord& e) {
  return fmt::format("{} {}/{} {} {} {} {}:{} {}{}{}{} {} {} {} {} v{}", e.uid, e.name_space,
                     e.name, e.document_json, e.seed, Name(e.state), e.reason, e.message, e.paused,
                     e.stop_requested, e.delete_requested, e.suggestions_exhausted, e.work_dir,
                     Describe(e.created), Describe(e.started), Describe(e.completed), e.version);
}

std::string Describe(const TrialRecord& t) {
  std::string text =
      fmt::format("{} {} {} {} {} {}:{} {} {} {} {} {} {} {}", t.uid, t.experiment_uid, t.name,
                  t.number, Name(t.state), t.reason, t.message,
                  t.objective_value ? fmt::format("{}", *t.objective_value) : "none", t.handle,
                  t.collected_bytes, t.attempts, Describe(t.created), Describe(t.started),
                  Describe(t.completed));
  text += fmt::format(" {} {} {} {}", t.waits_for_room, t.worker, t.lease, t.lease_seconds);
  for (const auto& assignment : t.parameters)
    text += " " + assignment.name + "=" + assignment.value;
  for (const auto& [name, value] : t.labels) text += " " + name + ":" + value;
  for (const auto& m : t.metrics) {
    text += fmt::format(" {}[{},{},{}]x{}{}", m.name, m.min, m.max, m.latest, m.count, m.text);
  }
  return text;
}

std::string Describe(const Incumbent& incumbent) {
  return fmt::format("{} {}", incumbent.number, incumbent.value);
}

std::string Describe(const MetricPoint& p) {
  return fmt::format("{} {} {} {}{}", p.metric, Describe(p.time), p.value, p.step, p.text);
}

// Without the sequence: back ends may leave gaps.
std::string Describe(const EventRecord& e) {
  return fmt::format("{} {} {} {}:{}", e.experiment_uid, e.trial_uid, Describe(e.time), e.reason,
                     e.message);
}

template <typename Record>
std::string DescribeAll(const std::vector<Record>& records) {
  std::string text;
  for (const auto& record : records) text += Describe(record) + "\n";
  return text;
}

template <typename Record>
std::string Describe(const StatusOr<std::vector<Record>>& records) {
  return records.ok() ? DescribeAll(*records) : "error: " + Message(records.status());
}

class RandomBatches {
 public:
  explicit RandomBatches(uint64_t seed) : random_(seed, 0, "store batches") {}

  WriteBatch Next(Store& store) {
    WriteBatch batch;
    const int changes = 1 + Below(3);
    for (int i = 0; i < changes; ++i) AddChange(store, batch);
    return batch;
  }
  int Below(int bound) { return static_cast<int>(random_.UniformInt(bound)); }
  // Few, so that names meet again and again.
  std::string ExperimentName() { return fmt::format("e{}", Below(4)); }
  std::string TrialUid() { return MakeTrial(ExperimentName(), Below(12)).uid; }

 private:
  void AddChange(Store& store, WriteBatch& batch) {
    switch (Below(16)) {
      case 0:
      case 1:
        return batch.create_experiments.push_back(NewExperiment());
      case 2:
      case 3:
        return UpdateExperiment(store, batch);
      case 4:
        // Not too often, or nothing would grow.
        if (Below(3) == 0) batch.delete_experiments.push_back("uid-" + ExperimentName());
        return;
      case 5:
      case 6:
      case 7:
      case 8:
        return batch.create_trials.push_back(RandomTrial(ExperimentName(), Below(12)));
      case 9:
      case 10:
        return UpdateTrial(store, batch);
      case 11:
      case 12:
      case 13:
        return batch.append_points.push_back({TrialUid(), Points()});
      case 14:
        return batch.clear_points.push_back(TrialUid());
      default:
        batch.append_events.push_back({.experiment_uid = "uid-" + ExperimentName(),
                                       .trial_uid = Below(2) == 0 ? "" : TrialUid(),
                                       .time = absl::FromUnixMicros(Below(1000000)),
                                       .reason = Word(),
                                       .message = Word()});
    }
  }

  ExperimentRecord NewExperiment() {
    ExperimentRecord record = MakeExperiment(ExperimentName());
    record.name_space = Below(4) == 0 ? "other" : "default";
    record.seed = random_.Next64();
    Change(record);
    record.created = absl::FromUnixMicros(Below(3));  // ties, which the uid decides
    return record;
  }

  void Change(ExperimentRecord& record) {
    record.document_json = Below(2) == 0 ? Word() : Document();
    record.state = static_cast<ExperimentState>(Below(6));
    record.reason = Word();
    record.message = Word();
    record.paused = Below(2) == 0;
    record.stop_requested = Below(4) == 0;
    record.delete_requested = Below(4) == 0;
    record.suggestions_exhausted = Below(2) == 0;
    record.work_dir = Word();
    record.started = SomeTime();
    record.completed = SomeTime();
  }

  void UpdateExperiment(Store& store, WriteBatch& batch) {
    const auto stored = store.ListExperiments({.uid = "uid-" + ExperimentName()});
    if (!stored.ok() || stored->empty()) {
      return batch.update_experiments.push_back(MakeExperiment(ExperimentName()));
    }
    ExperimentRecord record = stored->front();
    Change(record);
    if (Below(8) == 0) --record.version;
    batch.update_experiments.push_back(std::move(record));
  }

  TrialRecord RandomTrial(const std::string& experiment, int number) {
    TrialRecord record = MakeTrial(experiment, number);
    record.parameters = {{Word(), Word()}};
    record.labels = {{Word(), Word()}, {"b", Word()}};
    record.state = static_cast<TrialState>(Below(7));
    record.reason = Word();
    record.message = Word();
    if (Below(3) > 0) record.objective_value = Value();
    if (Below(3) == 0) record.violations = {Value()};
    record.handle = Word();
    record.collected_bytes = random_.Next64() >> 2;
    record.attempts = Below(5);
    record.waits_for_room = Below(4) == 0;
    record.worker = Word();
    record.lease = Word();
    record.lease_seconds = Below(3) * 0.5;
    record.started = SomeTime();
    record.completed = SomeTime();
    return record;
  }

  // The same trial with other content, or one that may not be there.
  void UpdateTrial(Store& store, WriteBatch& batch) {
    const auto stored = store.ListTrials({.uid = TrialUid()});
    const std::string experiment = stored.ok() && !stored->empty()
                                       ? stored->front().experiment_uid.substr(4)
                                       : ExperimentName();
    const int64_t number = stored.ok() && !stored->empty() ? stored->front().number : Below(12);
    batch.update_trials.push_back(RandomTrial(experiment, static_cast<int>(number)));
  }

  std::vector<MetricPoint> Points() {
    std::vector<MetricPoint> points;
    const int count = Below(6);
    for (int i = 0; i < count; ++i) {
      points.push_back({Below(2) == 0 ? "loss" : "a b", absl::FromUnixMicros(Below(1000)), Value(),
                        Below(5) - 1});
      if (std::isnan(points.back().value) && Below(2) == 0) points.back().text = "in words";
    }
    return points;
  }

  double Value() {
    constexpr double kOdd[] = {std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::denorm_min(),
                               std::numeric_limits<double>::max(),
                               1.0 / 3,
                               0};
    return Below(3) == 0 ? kOdd[Below(std::size(kOdd))] : random_.Normal();
  }

  Time SomeTime() {
    return Below(3) == 0 ? absl::InfinitePast() : absl::FromUnixMicros(Below(1000000));
  }

  std::string Document() {
    return fmt::format(
        R"({{"spec":{{"algorithm":{{"algorithmName":"{}"}},"objective":{{"type":"{}"}}}}}})",
        Below(2) == 0 ? "tpe" : "random", Below(2) == 0 ? "minimize" : "maximize");
  }

  std::string Word() {
    static const char* const kWords[] = {
        "",           "word", "two words", "it's \"quoted\"", "line\nline", "\xc3\xa9\xe2\x82\xac",
        "%s {} ?1 --"};
    return kWords[Below(std::size(kWords))];
  }

  RandomStream random_;
};

void CheckExperimentsAlike(Store& store, MemoryStore& model, RandomBatches& random) {
  std::vector<ExperimentQuery> queries = {
      {}, {.name_space = "other"}, {.only_active = true}, {.limit = 2}};
  queries.push_back({.name = random.ExperimentName()});
  const auto all = model.ListExperiments({});
  queries.push_back({.name_space = "default", .name = random.ExperimentName()});
  queries.push_back({.name_contains = "E", .states = {ExperimentState::kFailed}});
  queries.push_back({.states = {ExperimentState::kCreated, ExperimentState::kStopped}});
  queries.push_back({.name_contains = "1", .algorithm = "tpe"});
  for (int order = 0; order < 5; ++order) {
    ExperimentQuery query{.order = static_cast<ExperimentOrder>(order),
                          .descending = random.Below(2) == 0};
    queries.push_back(query);
    if (all->empty()) continue;
    const auto& place = (*all)[random.Below(static_cast<int>(all->size()))];
    query.after = model.PlaceOf(place, query.order);
    query.limit = random.Below(3);
    queries.push_back(query);
  }
  for (const auto& query : queries) {
    CAPTURE(static_cast<int>(query.order), query.descending, query.after.has_value());
    CHECK(Describe(store.ListExperiments(query)) == Describe(model.ListExperiments(query)));
    CHECK(*store.CountExperiments(query) == *model.CountExperiments(query));
  }
}

void CheckTrialsAlike(Store& store, MemoryStore& model, RandomBatches& random,
                      const std::string& experiment) {
  const std::vector<TrialQuery> queries = {
      {.experiment_uid = experiment},
      {.experiment_uid = experiment, .states = {TrialState::kPending, TrialState::kRunning}},
      {.experiment_uid = experiment, .states = {TrialState::kFailed, TrialState::kRunning}},
      {.experiment_uid = experiment, .after_number = random.Below(12), .limit = random.Below(4)},
      {.experiment_uid = experiment, .numbers = {random.Below(12), 99, random.Below(12)}},
      {.uid = random.TrialUid()},
      {.experiment_uid = experiment, .name = experiment.substr(4) + "-t3"}};
  for (const auto& query : queries) {
    CHECK(Describe(store.ListTrials(query)) == Describe(model.ListTrials(query)));
  }
  auto counts = *store.CountTrials(experiment);
  // A state that no trial is in any more may be counted as 0 or not at all.
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  CHECK(counts == *model.CountTrials(experiment));
  for (const auto type : {ObjectiveType::kMinimize, ObjectiveType::kMaximize}) {
    const auto found = *store.BestTrial(experiment, type);
    const auto expected = *model.BestTrial(experiment, type);
    CHECK((found ? Describe(*found) : "none") == (expected ? Describe(*expected) : "none"));
    CHECK(DescribeAll(*store.ListIncumbents(experiment, type)) ==
          DescribeAll(*model.ListIncumbents(experiment, type)));
  }
}

void CheckAlike(Store& store, MemoryStore& model, RandomBatches& random) {
  CheckExperimentsAlike(store, model, random);
  const std::string experiment = "uid-" + random.ExperimentName();
  CheckTrialsAlike(store, model, random, experiment);
  const MetricQuery metrics[] = {{.trial_uid = random.TrialUid()},
                                 {.trial_uid = random.TrialUid(), .metric = "loss"},
                                 {.trial_uid = random.TrialUid(), .max_points = 6}};
  for (const auto& query : metrics) {
    const auto found = store.ReadMetrics(query), expected = model.ReadMetrics(query);
    REQUIRE(found.ok());
    CHECK(found->total == expected->total);
    CHECK(DescribeAll(found->points) == DescribeAll(expected->points));
  }
  const auto events = store.ListEvents({.experiment_uid = experiment});
  CHECK(Describe(events) == Describe(model.ListEvents({.experiment_uid = experiment})));
  for (size_t i = 1; i < events->size(); ++i) {
    CHECK((*events)[i - 1].sequence < (*events)[i].sequence);
  }
  if (events->size() >= 2) {
    const EventQuery later{
        .experiment_uid = experiment, .after_sequence = events->front().sequence, .limit = 1};
    CHECK(Describe(*store.ListEvents(later)->begin()) == Describe((*events)[1]));
    const EventQuery latest{.experiment_uid = experiment, .limit = 2, .latest = true};
    CHECK(Describe(store.ListEvents(latest)) == Describe(model.ListEvents(latest)));
    CHECK(Describe(store.ListEvents(latest)->back()) == Describe(events->back()));
  }
}

}  // namespace

TEST_CASE("Random batches leave what the model says, also after reopening", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  const uint64_t seed = GENERATE(1, 2, 3);
  CAPTURE(back_end.name, seed);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  MemoryStore model;
  RandomBatches random(seed);
  int refused = 0, taken = 0;
  constexpr int kSteps = 300;
  for (int step = 0; step < kSteps; ++step) {
    CAPTURE(step);
    const WriteBatch batch = random.Next(model);
    const Status expected = model.Commit(batch);
    const Status found = store->Commit(batch);
    INFO(Message(found));
    REQUIRE(found.code() == expected.code());
    ++(found.ok() ? taken : refused);
    if (random.Below(20) == 0) {
      store.reset();
      store = fixture->Open();
    }
    CheckAlike(*store, model, random);
  }
  // Neither side of the contract was left out.
  CHECK(taken > kSteps / 10);
  CHECK(refused > kSteps / 10);
}

}  // namespace qalam
