// Each call of the controller to what is beside it is spoiled once: an experiment ends as if none
// had been.

#include <absl/time/clock.h>
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

#include "base/files.h"
#include "controller/operators/process_operator.h"
#include "suggestion/service/suggestion_service.h"
#include "tests/support/lines.h"
#include "tests/support/qalam_process.h"
#include "tests/support/simulated_experiment.h"
#include "tests/support/spoiled_calls.h"

namespace qalam {
namespace {

// One of them fails and is run again.
constexpr int kSpoiledTrials = 4, kRunAgain = 2;

// What is left of a run: a line for each trial, with all that must be the same however it went.
std::string Remains(Store& store) {
  std::string text;
  const auto trials = store.ListTrials({.experiment_uid = "uid"});
  if (!trials.ok()) return Message(trials.status());
  for (const auto& trial : *trials) {
    const auto series = store.ReadMetrics({.trial_uid = trial.uid});
    text += fmt::format("{} x={} {} loss={} of {} points\n", trial.number,
                        trial.parameters.at(0).value, Name(trial.state),
                        trial.objective_value.value_or(-1), series.ok() ? series->total : -1);
  }
  return text;
}

// An experiment in the simulated world whose calls are spoiled.
struct SpoiledRun {
  std::string remains;
  std::string faults;  // what must not be; empty when all is well
  std::string spoiled;
  int calls = 0;
};

SpoiledRun RunSimulated(Spoiling spoiling, int which) {
  SpoiledCalls calls(spoiling, which);
  SpoiledSuggestionServer suggestions(MakeSuggestionService(), calls);
  SimulatedExperiment experiment(
      {.trials = kSpoiledTrials, .parallel = 2, .of_template = "retries: 1\n    retryOn: Failure"},
      [](const TrialJob& job, int attempt) {
        SimulatedRun run = GoodRun(absl::Seconds(3 + TrialNumber(job)));
        if (TrialNumber(job) == kRunAgain && attempt == 1) run.ending = ExitedWith(1);
        return run;
      },
      // What is lost is made up for by the controller's own look at everything.
      absl::Milliseconds(100));
  experiment.WrapStore([&](std::unique_ptr<Store> store) {
    return std::make_unique<SpoiledStore>(std::move(store), calls);
  });
  experiment.WrapOperator([&](std::unique_ptr<TrialOperator> engine) {
    return std::make_unique<SpoiledOperator>(std::move(engine), calls);
  });
  experiment.UseChannel(suggestions.channel());
  experiment.StartController();
  experiment.RunToEnd();
  SpoiledRun run{.remains = Remains(experiment.store()),
                 .faults = experiment.Excess(),
                 .spoiled = calls.spoiled(),
                 .calls = calls.made()};
  if (experiment.Record().state != ExperimentState::kSucceeded) {
    run.faults += experiment.Record().message + "; ";
  }
  for (const auto& trial : experiment.Trials()) {
    const int begun = experiment.world().Begun(trial.uid);
    const int expected = trial.number == kRunAgain ? 2 : 1;
    if (begun != expected) run.faults += fmt::format("{} began {} times; ", trial.name, begun);
  }
  if (experiment.world().counts().alive != 0) run.faults += "jobs are alive; ";
  experiment.StopController();
  return run;
}

// Trials as processes, for a process that is killed. Each notes that it has begun.
std::string KilledDocument(const std::string& folder) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: killed}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  seed: 3
  maxTrialCount: 3
  parallelTrialCount: 2
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, 'echo $QALAM_TRIAL_NAME >> "$0"; echo loss=$1', '{}/begun', '${{trialParameters.x}}']}}]}}}}}}
)",
                     folder);
}

std::string ValueOf(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

class KilledRuns {
 public:
  // Runs the experiment in a process of its own, until it ends or is killed. Its raw wait status.
  int Run(const std::string& spoiling, int which) const {
    const FileDescriptor log(
        open(directory_.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    ChildProcess child({"/proc/self/exe", "A controller that is killed at a call"},
                       {{"QALAM_TEST_FOLDER", directory_.path()},
                        {"QALAM_TEST_SPOILING", spoiling},
                        {"QALAM_TEST_CALL", std::to_string(which)}},
                       log.get());
    return child.Wait();
  }
  std::string Log() const { return ReadFile(directory_.File("log")).value_or(""); }
  int Calls() const { return std::stoi(ReadFile(directory_.File("calls")).value_or("0")); }
  std::string remains() const {
    const auto store = OpenSqliteStore(directory_.File("qalam.db"));
    return store.ok() ? Remains(**store) : Message(store.status());
  }
  std::vector<std::string> begun() const { return ReadLines(directory_.File("begun")); }

 private:
  const TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE(
    "A call that fails, is slow or loses its answer changes nothing of how an experiment ends",
    "[fault][slow]") {
  const SpoiledRun whole = RunSimulated(Spoiling::kNone, 0);
  CAPTURE(whole.remains);
  REQUIRE(whole.faults.empty());
  REQUIRE(whole.calls > 5 * kSpoiledTrials);
  const auto spoiling = GENERATE(Spoiling::kRefused, Spoiling::kUnanswered, Spoiling::kDelayed);
  std::set<std::string> spoiled;
  for (int which = 1; which <= whole.calls; ++which) {
    const SpoiledRun run = RunSimulated(spoiling, which);
    CAPTURE(which, run.spoiled);
    CHECK(run.faults == "");
    CHECK(run.remains == whole.remains);
    spoiled.insert(run.spoiled);
  }
  CHECK(spoiled.contains("Commit"));
  CHECK(spoiled.contains("Submit"));
  CHECK(spoiled.contains("Suggest"));
}

TEST_CASE("A controller that is killed at a call", "[.]") {
  const std::string folder = ValueOf("QALAM_TEST_FOLDER"), how = ValueOf("QALAM_TEST_SPOILING");
  REQUIRE_FALSE(folder.empty());
  SpoiledCalls calls(how == "before"  ? Spoiling::kKilledBefore
                     : how == "after" ? Spoiling::kKilledAfter
                                      : Spoiling::kNone,
                     std::stoi(ValueOf("QALAM_TEST_CALL")));
  auto opened = OpenSqliteStore(folder + "/qalam.db");
  REQUIRE(opened.ok());
  const auto known = (*opened)->ListExperiments({});
  REQUIRE(known.ok());
  const SystemClock clock;
  if (known->empty()) {
    const auto parsed = ParseDocuments(KilledDocument(folder), "killed", RegisteredAlgorithms());
    REQUIRE(parsed.faults.empty());
    WriteBatch batch;
    batch.create_experiments.push_back({.uid = "uid",
                                        .name_space = "default",
                                        .name = "killed",
                                        .document_json = ToJson(parsed.documents[0]).dump(),
                                        .seed = 3,
                                        .work_dir = folder,
                                        .created = clock.Now()});
    REQUIRE((*opened)->Commit(batch).ok());
  }
  SpoiledStore store(*std::move(opened), calls);
  SpoiledOperator engine(MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector"}),
                         calls);
  SpoiledSuggestionServer algorithms(MakeSuggestionService(), calls);
  SuggestionClient suggestions(algorithms.channel(), store);
  Controller controller(store, engine, suggestions, clock, {});
  REQUIRE(controller.Start().ok());
  while (!IsTerminal(store.ListExperiments({.uid = "uid"})->front().state)) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  controller.Stop();
  REQUIRE(WriteFileAtomically(folder + "/calls", std::to_string(calls.made()), false).ok());
}

TEST_CASE("A kill -9 before or after any call loses no trial and runs none twice",
          "[fault][slow]") {
  const KilledRuns whole;
  whole.Run("none", 0);
  INFO(whole.Log());
  REQUIRE(whole.begun().size() == 3);
  const std::string when = GENERATE("before", "after");
  int killed = 0;
  for (int which = 1; which <= whole.Calls(); ++which) {
    const KilledRuns runs;
    const int status = runs.Run(when, which);
    // How often the engine is asked depends on the moment: the last calls may not be made.
    killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (WIFSIGNALED(status)) runs.Run("none", 0);
    CAPTURE(when, which, runs.Log());
    CHECK(runs.remains() == whole.remains());
    const auto begun = runs.begun();
    CHECK(begun.size() == 3);
    CHECK(std::set<std::string>(begun.begin(), begun.end()).size() == 3);
  }
  CHECK(killed > whole.Calls() / 2);
}

}  // namespace qalam
