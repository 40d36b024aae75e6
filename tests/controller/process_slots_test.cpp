// Room of the machine, as trials that are processes get it.

#include "controller/operators/process_slots.h"

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "base/files.h"
#include "controller/operators/process_operator.h"
#include "tests/support/distributed_manifest.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

class SlotsOperator {
 public:
  explicit SlotsOperator(const CapacityOptions& capacity,
                         std::vector<std::string> earlier_folders = {})
      : operator_(MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector",
                                       .grace_seconds = 0.3,
                                       .capacity = capacity,
                                       .earlier_folders = std::move(earlier_folders)})) {
    operator_->Watch([this](const std::string& handle) {
      absl::MutexLock lock(&mutex_);
      told_.insert(handle);
    });
  }
  ~SlotsOperator() { operator_->Watch(nullptr); }

  TrialOperator* operator->() const { return operator_.get(); }
  JobState StateOf(const std::string& handle) const {
    return operator_->Poll({&handle, 1})->front().state;
  }
  void WaitUntilTold(const std::string& handle) {
    const auto told = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return told_.contains(handle); };
    absl::MutexLock lock(&mutex_);
    REQUIRE(mutex_.AwaitWithTimeout(absl::Condition(&told), absl::Seconds(30)));
    told_.erase(handle);
  }
  std::string WaitForLine(const std::string& handle) const {
    const auto deadline = absl::Now() + absl::Seconds(30);
    std::string log;
    while (log.find('\n') == std::string::npos) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(2));
      log = operator_->ReadLog(handle, 0)->data;
    }
    return log;
  }
  void End(const std::string& handle) {
    REQUIRE(operator_->Cancel(handle).ok());
    while (StateOf(handle) == JobState::kRunning) absl::SleepFor(absl::Milliseconds(2));
  }

 private:
  absl::Mutex mutex_;
  std::set<std::string> told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<TrialOperator> operator_;
};

// Prints what it has and runs on.
TrialJob RoomJob(const TemporaryDirectory& directory, const std::string& name,
                 const Resources& resources, const Json& environment = Json::array()) {
  TrialJob job;
  job.uid = job.name = name;
  job.directory = directory.File(name);
  job.resources = resources;
  job.manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"},
                    {"command",
                     {"sh", "-c",
                      "echo gpus=$CUDA_VISIBLE_DEVICES threads=$OMP_NUM_THREADS "
                      "mkl=$MKL_NUM_THREADS openblas=$OPENBLAS_NUM_THREADS; exec sleep 1000"}},
                    {"env", environment}}});
  return job;
}

}  // namespace

TEST_CASE("A trial waits for room and is told when there is some", "[slots]") {
  const TemporaryDirectory directory;
  SlotsOperator engine({.cpus = 3, .memory_bytes = 1 << 30, .gpus = 0});
  const auto first = *engine->Submit(RoomJob(directory, "first", {.cpu = 2}));
  const auto job = RoomJob(directory, "second", {.cpu = 1.5, .memory_bytes = 1 << 20});
  const auto waiting = engine->Submit(job);
  CHECK(waiting.status().code() == StatusCode::kResourceExhausted);
  CHECK(Message(waiting.status()) == "waiting for 1.5 cpus; 1 of 3 is free");
  // One that says nothing of what it takes waits for nobody.
  const auto modest = *engine->Submit(RoomJob(directory, "modest", {}));
  CHECK(engine.WaitForLine(first) == "gpus= threads=2 mkl=2 openblas=2\n");
  engine.End(first);
  engine.WaitUntilTold(job.directory);
  const auto second = *engine->Submit(job);
  CHECK(engine.WaitForLine(second) == "gpus= threads=1 mkl=1 openblas=1\n");
  engine.End(second);
  engine.End(modest);
}

TEST_CASE("GPUs are told by name, and the container's env sets the threads", "[slots]") {
  const TemporaryDirectory directory;
  setenv("CUDA_VISIBLE_DEVICES", "4, 7,GPU-8932f937,-1,2", 1);
  SlotsOperator engine({.cpus = 8});
  unsetenv("OMP_NUM_THREADS");
  const auto first =
      *engine->Submit(RoomJob(directory, "first", {.cpu = 2, .gpu = 2},
                              Json::array({{{"name", "OMP_NUM_THREADS"}, {"value", "5"}},
                                           {{"name", "CUDA_VISIBLE_DEVICES"}, {"value", "0"}}})));
  const auto second = *engine->Submit(RoomJob(directory, "second", {.gpu = 1}));
  CHECK(engine.WaitForLine(first) == "gpus=4,7 threads=5 mkl=2 openblas=2\n");
  CHECK(engine.WaitForLine(second) == "gpus=GPU-8932f937 threads= mkl= openblas=\n");
  CHECK(Message(engine->Submit(RoomJob(directory, "third", {.gpu = 1})).status()) ==
        "waiting for 1 gpu; 0 of 3 are free");
  CHECK(Message(engine->CheckFits({.gpu = 4})) ==
        "a trial takes 4 gpus, and all there is to hand out is 3 (--gpus)");
  engine.End(first);
  engine.End(second);
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST_CASE("The replicas of a distributed job part its room", "[slots]") {
  const TemporaryDirectory directory;
  setenv("CUDA_VISIBLE_DEVICES", "0,1,2", 1);
  SlotsOperator engine({.cpus = 8});
  const std::vector<std::string> program = {
      "sh", "-c", "echo gpus=$CUDA_VISIBLE_DEVICES threads=$OMP_NUM_THREADS; exec sleep 1000"};
  auto job = RoomJob(directory, "pair", {.cpu = 4, .gpu = 2});
  job.manifest =
      DistributedManifest("PyTorchJob", {{"Master", 1, program}, {"Worker", 1, program}});
  const auto handle = *engine->Submit(job);
  CHECK(engine.WaitForLine(handle) == "gpus=0 threads=2\n");
  const std::string other = handle + "/output-worker-0.log";
  const auto deadline = absl::Now() + absl::Seconds(30);
  while (ReadFile(other).value_or("").find('\n') == std::string::npos) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
  CHECK(*ReadFile(other) == "gpus=1 threads=2\n");
  engine.End(handle);
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST_CASE("GPUs that cannot be parted equally are seen by all", "[slots]") {
  const Room room{.millicpus = 3000, .memory_bytes = 300, .gpus = {"a", "b", "c"}};
  CHECK(ShareOf(room, 0, 1).gpus == room.gpus);
  CHECK(ShareOf(room, 1, 2).gpus == room.gpus);
  CHECK(ShareOf(room, 1, 2).millicpus == 1500);
  CHECK(ShareOf(room, 2, 3).gpus == std::vector<std::string>{"c"});
  CHECK(ShareOf({.gpus = {}}, 1, 4).gpus.empty());
}

TEST_CASE("What trials of an earlier process have stays theirs until they end", "[slots]") {
  const TemporaryDirectory directory;
  const CapacityOptions capacity{.cpus = 4, .gpus = 2};
  const auto old_job = RoomJob(directory, "old", {.cpu = 3, .gpu = 1});
  const auto ended_job = RoomJob(directory, "ended", {.gpu = 1});
  {
    SlotsOperator gone(capacity);
    REQUIRE(gone->Submit(old_job).ok());
    REQUIRE(gone->Submit(ended_job).ok());
    gone.End(ended_job.directory);
    gone.WaitForLine(old_job.directory);
  }
  // Of one it was durable that it would begin, and no more.
  const auto reserved_job = RoomJob(directory, "reserved", {.gpu = 1});
  REQUIRE(MakeDirectories(reserved_job.directory).ok());
  REQUIRE(WriteFileAtomically(reserved_job.directory + "/slots.json",
                              R"({"millicpus": 0, "memory_bytes": 0, "gpus": ["1"]})", false)
              .ok());
  SlotsOperator engine(capacity, {old_job.directory, ended_job.directory, reserved_job.directory,
                                  directory.File("never-there")});
  const auto job = RoomJob(directory, "new", {.cpu = 2, .gpu = 1});
  CHECK(Message(engine->Submit(job).status()) ==
        "waiting for 2 cpus; 1 of 4 is free, and for 1 gpu; 0 of 2 are free");
  const auto reserved = *engine->Submit(reserved_job);
  CHECK(engine.WaitForLine(reserved) == "gpus=1 threads= mkl= openblas=\n");
  // The end of a trial that nobody asks about makes room, too.
  REQUIRE(engine->Cancel(old_job.directory).ok());
  engine.WaitUntilTold(job.directory);
  const auto handle = *engine->Submit(job);
  CHECK(engine.WaitForLine(handle) == "gpus=0 threads=2 mkl=2 openblas=2\n");
  engine.End(handle);
  engine.End(reserved);
}

TEST_CASE("A trial that is stopped while it waits makes way", "[slots]") {
  const TemporaryDirectory directory;
  SlotsOperator engine({.cpus = 2, .gpus = 0});
  const auto first = *engine->Submit(RoomJob(directory, "first", {.cpu = 1}));
  const auto big = RoomJob(directory, "big", {.cpu = 2});
  const auto small = RoomJob(directory, "small", {.cpu = 1});
  CHECK_FALSE(engine->Submit(big).ok());
  CHECK_FALSE(engine->Submit(small).ok());
  REQUIRE(engine->Cancel(big.directory).ok());
  engine.WaitUntilTold(small.directory);
  const auto handle = *engine->Submit(small);
  CHECK(engine.StateOf(big.directory) == JobState::kKilled);
  // It takes no room that it never uses.
  CHECK(engine->Submit(big).ok());
  engine.End(first);
  engine.End(handle);
}

TEST_CASE("A trial that cannot start gives its room back", "[slots]") {
  const TemporaryDirectory directory;
  SlotsOperator engine({.cpus = 1, .gpus = 0});
  auto broken = RoomJob(directory, "broken", {.cpu = 1});
  broken.manifest["spec"]["template"]["spec"]["containers"][0]["command"] = {"no-such-program"};
  REQUIRE(engine->Submit(broken).ok());
  engine.WaitUntilTold(broken.directory);
  const auto job = RoomJob(directory, "good", {.cpu = 1});
  const auto handle = *engine->Submit(job);
  engine.End(handle);
}

}  // namespace qalam
