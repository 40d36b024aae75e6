// The contract of db/store.h, sentence by sentence, over every back end.

#include <absl/time/clock.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <thread>

#include "tests/conformance/store_fixture.h"

namespace qalam {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("Records come back as they were written, also after reopening", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  TrialRecord trial = MakeTrial("a", 7);
  trial.state = TrialState::kSucceeded;
  trial.objective_value = 0.25;
  trial.handle = "handle";
  trial.collected_bytes = 12345678901;
  REQUIRE(
      store->Commit({.create_experiments = {MakeExperiment("a")}, .create_trials = {trial}}).ok());
  if (GENERATE(false, true)) {
    store.reset();
    store = fixture->Open();
  }
  const auto experiments = *store->ListExperiments({.name = "a"});
  REQUIRE(experiments.size() == 1);
  CHECK(experiments[0].seed == 0xffffffffffffffffull);
  CHECK(experiments[0].version == 1);
  CHECK(experiments[0].work_dir == "/work dir/a");
  CHECK(experiments[0].started == absl::InfinitePast());
  const auto trials = *store->ListTrials({.uid = trial.uid});
  REQUIRE(trials.size() == 1);
  CHECK(trials[0].parameters == trial.parameters);
  CHECK(trials[0].labels == trial.labels);
  CHECK(trials[0].objective_value == 0.25);
  CHECK(trials[0].collected_bytes == 12345678901);
  CHECK(trials[0].experiment_uid == "uid-a");
}

TEST_CASE("A batch that is refused leaves nothing behind", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  const Status status = store->Commit({.create_experiments = {MakeExperiment("b")},
                                       .create_trials = {MakeTrial("b", 0), MakeTrial("b", 0)}});
  CHECK(status.code() == StatusCode::kAlreadyExists);
  CHECK(store->ListExperiments({})->size() == 1);
  CHECK(store->Commit({.create_experiments = {MakeExperiment("a")}}).code() ==
        StatusCode::kAlreadyExists);
  CHECK(store->Commit({.update_trials = {MakeTrial("a", 5)}}).code() == StatusCode::kNotFound);
  CHECK(store->Commit({.append_points = {{"nobody", {MakePoint("m", 1)}}}}).code() ==
        StatusCode::kNotFound);
}

TEST_CASE("An update needs the version that is stored", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  auto record = store->ListExperiments({})->front();
  record.state = ExperimentState::kRunning;
  CHECK(store->Commit({.update_experiments = {record}}).ok());
  CHECK(store->Commit({.update_experiments = {record}}).code() == StatusCode::kAborted);
  record.version = 2;
  CHECK(store->Commit({.update_experiments = {record}}).ok());
  CHECK(store->ListExperiments({})->front().version == 3);
  record.uid = "gone";
  CHECK(store->Commit({.update_experiments = {record}}).code() == StatusCode::kNotFound);
}

TEST_CASE("Summaries follow the points and pass over NaN", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  const std::string uid = "uid-a-0";
  REQUIRE(
      store->Commit({.append_points = {{uid, {MakePoint("m", 3), MakePoint("m", kNaN)}}}}).ok());
  REQUIRE(
      store->Commit({.append_points = {{uid, {MakePoint("m", -kInfinity), MakePoint("n", kNaN)}}}})
          .ok());
  // A row that is written back does not disturb them.
  REQUIRE(store->Commit({.update_trials = {MakeTrial("a", 0)}}).ok());
  const auto metrics = store->ListTrials({.uid = uid})->front().metrics;
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[0].min == -kInfinity);
  CHECK(metrics[0].max == 3);
  CHECK(metrics[0].latest == -kInfinity);
  CHECK(metrics[0].count == 3);
  CHECK(std::isnan(metrics[1].min));
  const auto series = *store->ReadMetrics({.trial_uid = uid});
  REQUIRE(series.points.size() == 4);
  CHECK(series.points[0].value == 3);
  CHECK(std::isnan(series.points[1].value));
  CHECK(series.points[3].metric == "n");
}

TEST_CASE("Store: observations that were cleared are gone, and new ones count alone", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0), MakeTrial("a", 1)},
                        .append_points = {{"uid-a-0", {MakePoint("m", 3), MakePoint("n", 4)}},
                                          {"uid-a-1", {MakePoint("m", 7)}}}})
              .ok());
  // Cleared before the same batch appends.
  REQUIRE(store
              ->Commit({.clear_points = {"uid-a-0"},
                        .append_points = {{"uid-a-0", {MakePoint("m", 5)}}}})
              .ok());
  const auto metrics = store->ListTrials({.uid = "uid-a-0"})->front().metrics;
  REQUIRE(metrics.size() == 1);
  CHECK(metrics[0].name == "m");
  CHECK(metrics[0].min == 5);
  CHECK(metrics[0].count == 1);
  const auto series = *store->ReadMetrics({.trial_uid = "uid-a-0"});
  REQUIRE(series.points.size() == 1);
  CHECK(series.total == 1);
  CHECK(series.points[0].value == 5);
  CHECK(store->ReadMetrics({.trial_uid = "uid-a-1"})->points.size() == 1);
  CHECK(store->Commit({.clear_points = {"nobody"}}).code() == StatusCode::kNotFound);
}

TEST_CASE("A metric in words is kept beside the numbers", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  MetricPoint first = MakePoint("m", kNaN), last = first;
  first.text = "Genotype(1)";
  last.text = std::string(kLongestMetricText, 'g');
  REQUIRE(store->Commit({.append_points = {{"uid-a-0", {first, MakePoint("m", 2)}}}}).ok());
  REQUIRE(store->ListTrials({.uid = "uid-a-0"})->front().metrics[0].text == "Genotype(1)");
  REQUIRE(store->Commit({.append_points = {{"uid-a-0", {last, MakePoint("n", 1)}}}}).ok());
  const auto metrics = store->ListTrials({.uid = "uid-a-0"})->front().metrics;
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[0].text == last.text);
  CHECK(metrics[0].min == 2);
  CHECK(metrics[0].max == 2);
  CHECK(metrics[0].count == 3);
  CHECK(metrics[1].text.empty());
  const auto series = *store->ReadMetrics({.trial_uid = "uid-a-0", .metric = "m"});
  REQUIRE(series.points.size() == 3);
  CHECK(series.points[0].text == first.text);
  CHECK(series.points[1].text.empty());
  CHECK(series.points[2].text == last.text);
}

TEST_CASE("Down-sampling keeps every spike", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  TrialPoints points{"uid-a-0", {}};
  constexpr int kPoints = 10000;
  for (int i = 0; i < kPoints; ++i) {
    points.points.push_back(MakePoint("m", i == 1234 ? 50 : i == 7777 ? -50 : 0, i));
  }
  REQUIRE(store->Commit({.append_points = {points}}).ok());
  const auto series = *store->ReadMetrics({.trial_uid = "uid-a-0", .max_points = 100});
  CHECK(series.total == kPoints);
  CHECK(series.points.size() <= 100);
  const auto has = [&](double value) {
    return std::any_of(series.points.begin(), series.points.end(),
                       [&](const MetricPoint& p) { return p.value == value; });
  };
  CHECK(has(50));
  CHECK(has(-50));
}

TEST_CASE("A down-sampled curve keeps its ends, and each metric its own share", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  TrialPoints points{"uid-a-0", {}};
  constexpr int kPoints = 500;
  for (int i = 0; i < kPoints; ++i) {
    points.points.push_back(MakePoint("long", i < 100 ? kNaN : (i * 7919) % 1000, i));
    if (i % 100 == 0) points.points.push_back(MakePoint("short", i, i));
  }
  REQUIRE(store->Commit({.append_points = {points}}).ok());
  const int most = GENERATE(1, 4, 10, 11, 64);
  const auto series = *store->ReadMetrics({.trial_uid = "uid-a-0", .max_points = most});
  CHECK(series.total == kPoints + 5);
  std::vector<int64_t> longs, shorts;
  for (const auto& point : series.points) {
    (point.metric == "long" ? longs : shorts).push_back(point.step);
  }
  CHECK(longs.size() <= static_cast<size_t>(std::max(most, 4)));
  CHECK(longs.front() == 0);
  CHECK(longs.back() == kPoints - 1);
  CHECK(std::is_sorted(longs.begin(), longs.end()));
  if (most >= 10) CHECK(shorts == std::vector<int64_t>{0, 100, 200, 300, 400});
}

TEST_CASE("A very long curve keeps its ends and every spike", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  constexpr int kPoints = 30000, kInBatch = 7500, kMost = 40;
  // One in the first points, one that is alone in the last ones, and a pit.
  const auto value = [](int i) { return i == 3 ? 90. : i == 29990 ? 70. : i == 17001 ? -50. : 0.; };
  for (int begin = 0; begin < kPoints; begin += kInBatch) {
    TrialPoints points{"uid-a-0", {}};
    for (int i = begin; i < begin + kInBatch; ++i) {
      points.points.push_back(MakePoint("m", value(i), i));
      if (i % 3 == 0) points.points.push_back(MakePoint("never a number", kNaN, i));
    }
    REQUIRE(store->Commit({.append_points = {points}}).ok());
  }
  const auto series =
      *store->ReadMetrics({.trial_uid = "uid-a-0", .metric = "m", .max_points = kMost});
  CHECK(series.total == kPoints);
  CHECK(series.points.size() <= kMost);
  CHECK(series.points.size() > kMost / 4);
  CHECK(series.points.front().step == 0);
  CHECK(series.points.back().step == kPoints - 1);
  for (const int spike : {3, 17001, 29990}) {
    CHECK(std::any_of(series.points.begin(), series.points.end(), [&](const MetricPoint& point) {
      return point.step == spike && point.value == value(spike);
    }));
  }
  const auto both = *store->ReadMetrics({.trial_uid = "uid-a-0", .max_points = kMost});
  CHECK(both.points.size() <= 2 * kMost);
  CHECK(std::is_sorted(both.points.begin(), both.points.end(),
                       [](const auto& a, const auto& b) { return a.step < b.step; }));
  CHECK(std::any_of(both.points.begin(), both.points.end(),
                    [](const auto& point) { return std::isnan(point.value); }));
  // Points that are cleared take what was worked out of them along.
  REQUIRE(store
              ->Commit({.clear_points = {"uid-a-0"},
                        .append_points = {{"uid-a-0", {MakePoint("m", 5)}}}})
              .ok());
  CHECK(store->ReadMetrics({.trial_uid = "uid-a-0", .max_points = kMost})->points.size() == 1);
}

TEST_CASE("Incumbents are the trials that were better than all before", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a"), MakeExperiment("b")}}).ok());
  WriteBatch batch;
  const double objectives[] = {kNaN, 5, 7, 5, -kInfinity, 3, 3, 9, 0, -1};
  for (int i = 0; i < 10; ++i) {
    TrialRecord trial = MakeTrial("a", i);
    trial.state = i == 8   ? TrialState::kFailed
                  : i == 5 ? TrialState::kEarlyStopped
                           : TrialState::kSucceeded;
    trial.objective_value = objectives[i];
    if (i == 9) trial.violations = {0.5};
    batch.create_trials.push_back(trial);
  }
  REQUIRE(store->Commit(batch).ok());
  const auto describe = [&](ObjectiveType type) {
    const auto incumbents = *store->ListIncumbents("uid-a", type);
    std::string text;
    for (const auto& incumbent : incumbents) {
      text += fmt::format("{}:{} ", incumbent.number, incumbent.value);
    }
    return text;
  };
  CHECK(describe(ObjectiveType::kMinimize) == "1:5 5:3 ");
  CHECK(describe(ObjectiveType::kMaximize) == "1:5 2:7 7:9 ");
  CHECK(store->ListIncumbents("uid-b", ObjectiveType::kMinimize)->empty());
}

TEST_CASE("Trials are found by their numbers", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  WriteBatch batch{.create_experiments = {MakeExperiment("a"), MakeExperiment("b")}};
  for (int i = 0; i < 5; ++i) {
    batch.create_trials.push_back(MakeTrial("a", i));
    batch.create_trials.push_back(MakeTrial("b", i));
  }
  REQUIRE(store->Commit(batch).ok());
  const auto found = *store->ListTrials({.experiment_uid = "uid-b", .numbers = {4, 77, 1, 4}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].uid == "uid-b-1");
  CHECK(found[1].uid == "uid-b-4");
}

TEST_CASE("Counts, the incumbent and active trials follow every change", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a"), MakeExperiment("b")}}).ok());
  WriteBatch batch;
  const double objectives[] = {0.5, 0.9, 0.9, kNaN, kInfinity, 0.1};
  for (int i = 0; i < 6; ++i) {
    TrialRecord trial = MakeTrial("a", i);
    trial.state = TrialState::kSucceeded;
    trial.objective_value = objectives[i];
    batch.create_trials.push_back(trial);
  }
  batch.create_trials.push_back(MakeTrial("a", 6));
  batch.create_trials.push_back(MakeTrial("b", 0));
  REQUIRE(store->Commit(batch).ok());
  CHECK((*store->BestTrial("uid-a", ObjectiveType::kMaximize))->number == 1);
  CHECK((*store->BestTrial("uid-a", ObjectiveType::kMinimize))->number == 5);
  CHECK_FALSE(store->BestTrial("uid-b", ObjectiveType::kMinimize)->has_value());
  CHECK(*store->CountTrials("uid-a") ==
        TrialCounts{{TrialState::kPending, 1}, {TrialState::kSucceeded, 6}});
  const auto active = *store->ListTrials(
      {.experiment_uid = "uid-a", .states = {TrialState::kPending, TrialState::kRunning}});
  REQUIRE(active.size() == 1);
  TrialRecord failed = active[0];
  failed.state = TrialState::kFailed;
  REQUIRE(store->Commit({.update_trials = {failed}}).ok());
  auto counts = *store->CountTrials("uid-a");
  CHECK(counts[TrialState::kFailed] == 1);
  CHECK(counts[TrialState::kPending] == 0);
  const auto page = *store->ListTrials({.experiment_uid = "uid-a", .after_number = 2, .limit = 2});
  REQUIRE(page.size() == 2);
  CHECK(page[0].number == 3);
}

TEST_CASE("Deleting an experiment deletes all that is its own and nothing else", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  for (const char* name : {"a", "b"}) {
    REQUIRE(store
                ->Commit({.create_experiments = {MakeExperiment(name)},
                          .create_trials = {MakeTrial(name, 0)},
                          .append_points = {{fmt::format("uid-{}-0", name), {MakePoint("m", 1)}}},
                          .append_events = {{.experiment_uid = fmt::format("uid-{}", name),
                                             .time = absl::Now(),
                                             .reason = "R",
                                             .message = "m"}}})
                .ok());
  }
  REQUIRE(store->Commit({.delete_experiments = {"uid-a"}}).ok());
  CHECK(store->ListExperiments({})->size() == 1);
  CHECK(store->ListTrials({.uid = "uid-a-0"})->empty());
  CHECK(store->ReadMetrics({.trial_uid = "uid-a-0"})->points.empty());
  CHECK(store->ReadMetrics({.trial_uid = "uid-b-0"})->points.size() == 1);
  CHECK(store->ListEvents({.experiment_uid = "uid-b"})->size() == 1);
}

TEST_CASE("Many writers and readers see whole batches only", "[store]") {
  const auto back_end = GENERATE(from_range(StoreBackEnds()));
  CAPTURE(back_end.name);
  const auto fixture = back_end.make();
  auto store = fixture->Open();
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  constexpr int kWriters = 6, kBatches = 40;
  std::atomic<int> refused{0}, torn{0};
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto trials = store->ListTrials({.experiment_uid = "uid-a"});
      // Each batch makes two trials.
      if (!trials.ok() || trials->size() % 2 != 0) ++torn;
    }
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kBatches; ++i) {
        const int number = 2 * (w * kBatches + i);
        if (!store->Commit({.create_trials = {MakeTrial("a", number), MakeTrial("a", number + 1)}})
                 .ok()) {
          ++refused;
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  reader.join();
  CHECK(refused == 0);
  CHECK(torn == 0);
  CHECK(store->CountTrials("uid-a")->at(TrialState::kPending) == 2 * kWriters * kBatches);
}

}  // namespace qalam
