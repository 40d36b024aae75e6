// The contract of controller/operators/operator.h, sentence by sentence, over every engine.

#include "tests/conformance/operator_suite.h"

#include <absl/time/clock.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

namespace qalam {

namespace {

using End = OperatorScript::End;

// The engine under test, named in what a failing assertion prints.
class Engine {
 public:
  explicit Engine(size_t row) : fixture_(OperatorFixtures()[row].make()) {}
  OperatorFixture* operator->() const { return fixture_.get(); }
  bool is_there() const { return fixture_ != nullptr; }

  void WaitUntil(const std::function<bool()>& condition) const {
    const auto deadline = absl::Now() + absl::Minutes(2);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      fixture_->Pass();
    }
  }
  JobStatus WaitForEnd(TrialOperator& trial_operator, const std::string& handle) const {
    JobStatus status;
    WaitUntil([&] {
      status = trial_operator.Poll({&handle, 1})->front();
      return status.state != JobState::kRunning;
    });
    return status;
  }
  // Until it has printed something, so it has certainly begun.
  void WaitForOutput(TrialOperator& trial_operator, const std::string& handle) const {
    WaitUntil([&] { return !trial_operator.ReadLog(handle, 0)->data.empty(); });
  }

 private:
  std::unique_ptr<OperatorFixture> fixture_;
};

std::vector<MetricPoint> ReadAll(TrialOperator& trial_operator, const std::string& handle,
                                 uint64_t& offset) {
  std::vector<MetricPoint> points;
  bool more = true;
  while (more) {
    const auto chunk = *trial_operator.ReadObservations(handle, offset);
    points.insert(points.end(), chunk.points.begin(), chunk.points.end());
    offset = chunk.next_offset;
    more = chunk.more;
  }
  return points;
}

}  // namespace

#define FOR_EVERY_ENGINE(engine)                                                   \
  const size_t row = GENERATE(range<size_t>(0, OperatorFixtures().size()));        \
  const std::string engine_name = OperatorFixtures()[row].name;                    \
  CAPTURE(engine_name);                                                            \
  const Engine engine(row);                                                        \
  if (!engine.is_there()) {                                                        \
    WARN("skipped: no engine " << engine_name << " here, as the line above says"); \
    return;                                                                        \
  }                                                                                \
  static_assert(true)

TEST_CASE("Operator: submitting twice, also from another operator, runs a job once", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto job = engine->MakeJob("once", {.lines = {"loss=1"}, .pause = absl::Milliseconds(200)});
  auto first = engine->MakeOperator();
  const auto second = engine->MakeOperator();
  const auto handle = *first->Submit(job);
  CHECK(*first->Submit(job) == handle);
  CHECK(*second->Submit(job) == handle);
  // The second goes on where the first is gone.
  first.reset();
  CHECK(engine.WaitForEnd(*second, handle).state == JobState::kSucceeded);
  CHECK(*second->Submit(job) == handle);
  const auto third = engine->MakeOperator();
  CHECK(*third->Submit(job) == handle);
  CHECK(engine.WaitForEnd(*third, handle).state == JobState::kSucceeded);
  CHECK(third->ReadObservations(handle, 0)->points.size() == 1);
  CHECK(engine->Begun("once") == 1);
}

TEST_CASE("Operator: a job submitted by many threads at once begins once", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto job = engine->MakeJob("crowd", {.pause = absl::Milliseconds(50)});
  const auto first = engine->MakeOperator();
  const auto second = engine->MakeOperator();
  constexpr int kThreads = 8;
  std::vector<StatusOr<std::string>> handles(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { handles[i] = (i % 2 == 0 ? first : second)->Submit(job); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& handle : handles) {
    REQUIRE(handle.ok());
    CHECK(*handle == *handles[0]);
  }
  CHECK(engine.WaitForEnd(*first, *handles[0]).state == JobState::kSucceeded);
  CHECK(engine.WaitForEnd(*second, *handles[0]).state == JobState::kSucceeded);
  CHECK(engine->Begun("crowd") == 1);
}

TEST_CASE("Operator: every way to end has its state, reason and message", "[operator]") {
  struct Case {
    OperatorScript script;
    JobState state;
    const char* reason;
    const char* message_part;
  };
  const std::vector<Case> cases = {
      {{.end = End::kExit, .code = 0}, JobState::kSucceeded, "Exited", "0"},
      {{.end = End::kExit, .code = 3}, JobState::kFailed, "ExitCode", "3"},
      {{.end = End::kSignal, .code = 9}, JobState::kFailed, "Signal", "9"},
      {{.end = End::kCannotStart}, JobState::kFailed, "StartFailed", "no-such-program"}};
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].reason);
    const auto handle =
        *trial_operator->Submit(engine->MakeJob(fmt::format("end-{}", i), cases[i].script));
    const auto status = engine.WaitForEnd(*trial_operator, handle);
    CAPTURE(status.message);
    CHECK(status.state == cases[i].state);
    CHECK(status.reason == cases[i].reason);
    CHECK(status.message.find(cases[i].message_part) != std::string::npos);
    // Told again, also by another.
    CHECK(engine->MakeOperator()->Poll({&handle, 1})->front().state == cases[i].state);
  }
}

TEST_CASE("Operator: a timeout ends the job and says so", "[operator]") {
  const bool ignores_term = GENERATE(false, true);
  CAPTURE(ignores_term);
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  auto job = engine->MakeJob("slow", {.ignores_term = ignores_term, .end = End::kNever});
  job.timeout_seconds = 0.2;
  const auto status = engine.WaitForEnd(*trial_operator, *trial_operator->Submit(job));
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "Timeout");
}

TEST_CASE("Operator: cancel ends a job, also one that ignores TERM", "[operator]") {
  const bool ignores_term = GENERATE(false, true);
  CAPTURE(ignores_term);
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto handle = *trial_operator->Submit(engine->MakeJob(
      "endless", {.ignores_term = ignores_term, .lines = {"loss=1"}, .end = End::kNever}));
  engine.WaitForOutput(*trial_operator, handle);
  REQUIRE(trial_operator->Cancel(handle).ok());
  CHECK(trial_operator->Cancel(handle).ok());
  const auto status = engine.WaitForEnd(*trial_operator, handle);
  CHECK(status.state == JobState::kKilled);
  CHECK(status.reason == "Cancelled");
  CHECK(trial_operator->Cancel(handle).ok());
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Operator: another operator may cancel", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  auto first = engine->MakeOperator();
  const auto handle =
      *first->Submit(engine->MakeJob("adopted", {.lines = {"x"}, .end = End::kNever}));
  engine.WaitForOutput(*first, handle);
  const auto second = engine->MakeOperator();
  REQUIRE(second->Cancel(handle).ok());
  CHECK(engine.WaitForEnd(*first, handle).state == JobState::kKilled);
  CHECK(engine.WaitForEnd(*second, handle).state == JobState::kKilled);
}

TEST_CASE("Operator: a job cancelled before it began never begins", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto job = engine->MakeJob("early", {});
  // Until Submit has answered, the trial's folder stands for the handle.
  REQUIRE(engine->MakeOperator()->Cancel(job.directory).ok());
  const auto trial_operator = engine->MakeOperator();
  CHECK(trial_operator->Poll({&job.directory, 1})->front().state == JobState::kKilled);
  const auto handle = *trial_operator->Submit(job);
  CHECK(engine.WaitForEnd(*trial_operator, handle).state == JobState::kKilled);
  CHECK(engine->Begun("early") == 0);
}

TEST_CASE("Operator: cancel after the end is OK and changes nothing", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto handle = *trial_operator->Submit(engine->MakeJob("ended", {.code = 3}));
  REQUIRE(engine.WaitForEnd(*trial_operator, handle).reason == "ExitCode");
  CHECK(trial_operator->Cancel(handle).ok());
  engine->Pass();
  CHECK(trial_operator->Poll({&handle, 1})->front().reason == "ExitCode");
  CHECK(engine->MakeOperator()->Poll({&handle, 1})->front().reason == "ExitCode");
}

TEST_CASE("Operator: a job that was never submitted is missing, not failed", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const std::string handle = engine->MakeJob("unheard-of", {}).directory;
  CHECK(trial_operator->Poll({&handle, 1})->front().state == JobState::kMissing);
  const auto log = trial_operator->ReadLog(handle, 0);
  REQUIRE(log.ok());
  CHECK(log->data.empty());
  const auto observations = trial_operator->ReadObservations(handle, 0);
  REQUIRE(observations.ok());
  CHECK(observations->points.empty());
  CHECK_FALSE(observations->more);
}

TEST_CASE("Operator: the log is read from any offset, also while the job runs", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const std::string whole = "first line\nsecond\n";
  const auto handle = *trial_operator->Submit(
      engine->MakeJob("writer", {.lines = {"first line", "second"}, .end = End::kNever}));
  std::string read;
  uint64_t offset = 0;
  engine.WaitUntil([&] {
    const auto chunk = *trial_operator->ReadLog(handle, offset);
    read += chunk.data;
    CHECK(chunk.next_offset == read.size());
    offset = chunk.next_offset;
    return read.size() >= whole.size();
  });
  CHECK(read == whole);
  CHECK(trial_operator->Poll({&handle, 1})->front().state == JobState::kRunning);
  const auto end = *trial_operator->ReadLog(handle, offset);
  CHECK(end.data.empty());
  CHECK(end.next_offset == offset);
  CHECK(engine->MakeOperator()->ReadLog(handle, 6)->data == whole.substr(6));
  CHECK(trial_operator->Cancel(handle).ok());
  engine.WaitForEnd(*trial_operator, handle);
}

TEST_CASE("Operator: each observation is read once, in order, while the job runs", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto first = engine->MakeOperator();
  const auto second = engine->MakeOperator();
  // Enough for several answers of every engine.
  constexpr int kPoints = 30000;
  const auto handle = *first->Submit(engine->MakeJob("reporter", {.counted_points = kPoints}));
  uint64_t offset = 0;
  std::vector<MetricPoint> points;
  bool ended = false;
  while (!ended) {
    // The end is asked for first: what it reported before it is all there afterwards.
    const auto status = first->Poll({&handle, 1})->front();
    ended = status.state != JobState::kRunning;
    // Whoever goes on takes the offset along.
    const auto more = ReadAll(points.size() % 2 == 0 ? *first : *second, handle, offset);
    points.insert(points.end(), more.begin(), more.end());
    engine->Pass();
  }
  REQUIRE(points.size() == kPoints);
  for (int i = 0; i < kPoints; ++i) {
    if (points[i].step != i + 1 || points[i].value != i + 1) FAIL("wrong point at " << i);
  }
  CHECK(points[0].metric == "loss");
  const auto after = *first->ReadObservations(handle, offset);
  CHECK(after.points.empty());
  CHECK(after.next_offset == offset);
  CHECK_FALSE(after.more);
}

TEST_CASE("Operator: observations come as they were reported", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto handle = *trial_operator->Submit(engine->MakeJob(
      "odd", {.lines = {"step=1 loss=0.5", "noise", "loss=nan", "other=3", "loss=1e300"}}));
  REQUIRE(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  uint64_t offset = 0;
  const auto points = ReadAll(*trial_operator, handle, offset);
  REQUIRE(points.size() == 3);
  CHECK(points[0].value == 0.5);
  CHECK(points[0].step == 1);
  CHECK(std::isnan(points[1].value));
  CHECK(points[1].step == -1);
  CHECK(points[2].value == 1e300);
  CHECK(points[0].time <= points[2].time);
}

TEST_CASE("Operator: many are polled at once, each in its place", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto good = *trial_operator->Submit(engine->MakeJob("good", {}));
  const auto bad = *trial_operator->Submit(engine->MakeJob("bad", {.code = 1}));
  const auto endless = *trial_operator->Submit(engine->MakeJob("long", {.end = End::kNever}));
  const auto unknown = engine->MakeJob("unknown", {}).directory;
  engine.WaitForEnd(*trial_operator, good);
  engine.WaitForEnd(*trial_operator, bad);
  const std::vector<std::string> handles = {unknown, bad, endless, good, bad};
  const auto states = *trial_operator->Poll(handles);
  REQUIRE(states.size() == handles.size());
  CHECK(states[0].state == JobState::kMissing);
  CHECK(states[1].state == JobState::kFailed);
  CHECK(states[2].state == JobState::kRunning);
  CHECK(states[3].state == JobState::kSucceeded);
  CHECK(states[4].state == JobState::kFailed);
  CHECK(trial_operator->Poll({})->empty());
  CHECK(trial_operator->Cancel(endless).ok());
  engine.WaitForEnd(*trial_operator, endless);
}

TEST_CASE("Operator: Watch tells of reports and of the end", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto job = engine->MakeJob("watched", {.lines = {"loss=1"}, .end = End::kNever});
  std::atomic<bool> told_of_point{false}, told_of_end{false};
  trial_operator->Watch([&](const std::string& handle) {
    // What was told of can be read.
    if (!trial_operator->ReadObservations(handle, 0)->points.empty()) told_of_point = true;
    if (trial_operator->Poll({&handle, 1})->front().state == JobState::kKilled) told_of_end = true;
  });
  const auto handle = *trial_operator->Submit(job);
  engine.WaitUntil([&] { return told_of_point.load(); });
  REQUIRE(trial_operator->Cancel(handle).ok());
  engine.WaitUntil([&] { return told_of_end.load(); });
  trial_operator->Watch(nullptr);
}

TEST_CASE("Operator: no call comes once Watch was ended", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  std::atomic<int> calls{0};
  trial_operator->Watch([&](const std::string&) { ++calls; });
  const auto chatty = *trial_operator->Submit(engine->MakeJob("chatty", {.counted_points = 2000}));
  engine.WaitUntil([&] { return calls > 0; });
  trial_operator->Watch(nullptr);
  const int before = calls;
  engine.WaitForEnd(*trial_operator, chatty);
  const auto later = *trial_operator->Submit(engine->MakeJob("later", {.lines = {"loss=1"}}));
  engine.WaitForEnd(*trial_operator, later);
  CHECK(calls == before);
}

TEST_CASE("Operator: many threads may use it at once", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  constexpr int kThreads = 4, kJobs = 4;
  std::vector<TrialJob> jobs;
  for (int i = 0; i < kThreads * kJobs; ++i) {
    jobs.push_back(engine->MakeJob(fmt::format("job-{}", i), {.counted_points = 20}));
  }
  std::atomic<int> errors{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kJobs; ++i) {
        const auto handle = trial_operator->Submit(jobs[thread * kJobs + i]);
        if (!handle.ok() || !trial_operator->Poll({&*handle, 1}).ok() ||
            !trial_operator->ReadObservations(*handle, 0).ok() ||
            !trial_operator->ReadLog(*handle, 0).ok()) {
          ++errors;
        }
        if (i == 0 && !trial_operator->Cancel(*handle).ok()) ++errors;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(errors == 0);
  for (int i = 0; i < kThreads * kJobs; ++i) {
    const auto status = engine.WaitForEnd(*trial_operator, jobs[i].directory);
    CAPTURE(i, status.message);
    // One that was cancelled may have been quicker.
    CHECK((status.state == JobState::kSucceeded ||
           (i % kJobs == 0 && status.state == JobState::kKilled)));
    CHECK(engine->Begun(jobs[i].name) <= 1);
  }
}

TEST_CASE("Operator: a job that is run again runs once more, as if there had been none before",
          "[operator]") {
  FOR_EVERY_ENGINE(engine);
  auto first = engine->MakeOperator();
  auto job = engine->MakeJob("again", {.lines = {"loss=1"}, .code = 3});
  const auto handle = *first->Submit(job);
  REQUIRE(engine.WaitForEnd(*first, handle).reason == "ExitCode");
  job.retries = 1;
  const auto submit = [&](TrialOperator& trial_operator) {
    // It may be a moment until the first run is quite gone.
    StatusOr<std::string> answer;
    engine.WaitUntil([&] {
      answer = trial_operator.Submit(job);
      return answer.status().code() != StatusCode::kUnavailable;
    });
    REQUIRE(answer.ok());
    CHECK(*answer == handle);
  };
  submit(*first);
  submit(*first);
  const auto second = engine->MakeOperator();
  submit(*second);
  first.reset();
  CHECK(engine.WaitForEnd(*second, handle).reason == "ExitCode");
  submit(*second);
  CHECK(engine->Begun("again") == 2);
  CHECK(second->ReadObservations(handle, 0)->points.size() == 1);
  CHECK(second->ReadLog(handle, 0)->data == "loss=1\n");
}

TEST_CASE("Operator: output is whole to the last byte", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  // Every byte, no line end for long, and none at the end.
  constexpr size_t kBytes = 5'000'001;
  std::string raw(kBytes, '\0');
  uint32_t state = 1;
  for (auto& byte : raw) byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  raw.back() = 'x';
  const auto handle = *trial_operator->Submit(engine->MakeJob("binary", {.raw = raw}));
  REQUIRE(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  std::string read;
  while (true) {
    const auto chunk = *trial_operator->ReadLog(handle, read.size());
    if (chunk.data.empty()) break;
    read += chunk.data;
    REQUIRE(chunk.next_offset == read.size());
  }
  CHECK(read.size() == raw.size());
  CHECK((read == raw));
}

TEST_CASE("Operator: arguments arrive byte for byte", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const std::vector<std::string> arguments = {
      "",
      " ",
      "'single' and \"double\"",
      "two\nlines\n",
      "\t\r",
      "$HOME ${x}",
      "$(whoami)",
      "`whoami`; rm -r no/such & | > < * ? [a] ~ # ! \\ \\n",
      "--flag=é ß 漢字 🎉",
      "-n"};
  const auto handle = *trial_operator->Submit(engine->MakeJob("odd", {.arguments = arguments}));
  REQUIRE(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  std::string expected;
  for (const auto& argument : arguments) expected += argument + '\0';
  CHECK(trial_operator->ReadLog(handle, 0)->data == expected);
}

TEST_CASE("Operator: a name may have 63 characters", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const std::string name(63, 'n');
  const auto handle = *trial_operator->Submit(engine->MakeJob(name, {.lines = {"loss=1"}}));
  CHECK(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(engine->Begun(name) == 1);
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Operator: while the engine is away no job has failed, and then each ends as it did",
          "[operator]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const auto handle = *trial_operator->Submit(
      engine->MakeJob("away", {.lines = {"loss=1"}, .pause = absl::Milliseconds(100)}));
  engine.WaitForOutput(*trial_operator, handle);
  engine->SetAway(handle, true);
  engine->PassLong();
  const auto states = trial_operator->Poll({&handle, 1});
  // What cannot be asked is asked again; what is answered must be true.
  if (states.ok()) {
    CHECK((states->front().state == JobState::kRunning ||
           states->front().state == JobState::kUnknown));
  } else {
    CHECK(states.status().code() == StatusCode::kUnavailable);
  }
  engine->SetAway(handle, false);
  CHECK(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
  CHECK(engine->Begun("away") == 1);
}

TEST_CASE("Operator: a job outlives the controller's process that is killed", "[operator]") {
  FOR_EVERY_ENGINE(engine);
  // Long enough for a busy machine to find it running.
  const auto job = engine->MakeJob("orphan", {.lines = {"loss=1"}, .pause = absl::Seconds(5)});
  if (!engine->SubmitFromKilledProcess(job)) return;
  const auto trial_operator = engine->MakeOperator();
  CHECK(trial_operator->Poll({&job.directory, 1})->front().state == JobState::kRunning);
  const auto handle = *trial_operator->Submit(job);
  CHECK(engine.WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(engine->Begun("orphan") == 1);
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Operator: five hundred jobs run at once", "[operator][slow]") {
  FOR_EVERY_ENGINE(engine);
  const auto trial_operator = engine->MakeOperator();
  const int jobs = engine->MostJobs();
  std::vector<std::string> handles;
  for (int i = 0; i < jobs; ++i) {
    handles.push_back(*trial_operator->Submit(
        engine->MakeJob(fmt::format("job-{}", i), {.lines = {"loss=1"}, .end = End::kNever})));
  }
  for (const auto& handle : handles) engine.WaitForOutput(*trial_operator, handle);
  // All of them at one time.
  const auto states = *trial_operator->Poll(handles);
  for (const auto& status : states) CHECK(status.state == JobState::kRunning);
  for (const auto& handle : handles) CHECK(trial_operator->Cancel(handle).ok());
  for (const auto& handle : handles) {
    CHECK(engine.WaitForEnd(*trial_operator, handle).state == JobState::kKilled);
    CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
  }
  for (int i = 0; i < jobs; ++i) CHECK(engine->Begun(fmt::format("job-{}", i)) == 1);
}

}  // namespace qalam
