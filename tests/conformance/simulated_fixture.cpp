#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>

#include "controller/collector/metric_parser.h"
#include "controller/operators/primary_container.h"
#include "controller/operators/simulated_operator.h"
#include "tests/conformance/operator_suite.h"
#include "tests/support/manual_clock.h"

namespace qalam {
namespace {

SimulatedRun Translate(const OperatorScript& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> lines = script.lines;
  for (int i = 1; i <= script.counted_points; ++i) {
    lines.push_back(fmt::format("step={0} loss={0}", i));
  }
  SimulatedRun run;
  collector::Job parsed;
  parsed.metrics = {"loss"};
  const auto parser = *collector::MakeMetricParser(parsed);
  if (!script.arguments.empty()) {
    std::string text;
    for (const auto& argument : arguments) text += argument + '\0';
    run.output.push_back({run.duration, text});
  }
  for (const auto& line : lines) {
    // What it prints comes bit by bit.
    run.duration += absl::Microseconds(20);
    run.output.push_back({run.duration, line + "\n"});
    std::vector<collector::SpooledPoint> points;
    parser->Parse(line, 0, points);
    for (const auto& point : points) {
      run.reports.push_back({run.duration, point.metric, point.value, point.step});
    }
  }
  if (!script.raw.empty()) run.output.push_back({run.duration, script.raw});
  run.ignores_term = script.ignores_term;
  run.duration += script.pause;
  switch (script.end) {
    case OperatorScript::End::kExit:
      run.ending = ExitedWith(script.code);
      break;
    case OperatorScript::End::kSignal:
      run.ending = KilledBySignal(script.code);
      break;
    case OperatorScript::End::kNever:
      run.duration = absl::InfiniteDuration();
      break;
    case OperatorScript::End::kCannotStart:
      run.ending = {JobState::kFailed, "StartFailed", "cannot start no-such-program"};
      break;
  }
  return run;
}

class SimulatedFixture final : public OperatorFixture {
 public:
  std::unique_ptr<TrialOperator> MakeOperator() override { return MakeSimulatedOperator(world_); }

  TrialJob MakeJob(const std::string& name, const OperatorScript& script) override {
    TrialJob job;
    job.uid = job.name = name;
    job.directory = "/simulated/" + name;
    job.metric_names = {"loss"};
    // Nothing runs them, but they are to arrive.
    job.manifest["spec"]["template"]["spec"]["containers"] =
        Json::array({{{"name", "main"}, {"command", {"simulated"}}, {"args", script.arguments}}});
    absl::MutexLock lock(&mutex_);
    scripts_[job.uid] = script;
    return job;
  }

  int Begun(const std::string& name) override { return world_.Begun(name); }

  // The world lives in the process: to destroy an operator is all that can become of one.
  bool SubmitFromKilledProcess(const TrialJob&) override { return false; }

  void SetAway(const std::string&, bool away) override {
    const int calls = away ? 1000000 : 0;
    world_.SetFaults({.submits_refused = calls,
                      .polls_refused = calls,
                      .reads_refused = calls,
                      .cancels_refused = calls});
  }

  void PassLong() override {
    clock_.Advance(absl::Minutes(1));
    world_.Notify();
  }

  void Pass() override {
    clock_.Advance(absl::Milliseconds(2));
    world_.Notify();
  }

 private:
  SimulatedRun Fate(const TrialJob& job) {
    auto command = *PrimaryContainerCommand(job.manifest, "");
    command.arguments.erase(command.arguments.begin());
    absl::MutexLock lock(&mutex_);
    return Translate(scripts_.at(job.uid), command.arguments);
  }

  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  absl::Mutex mutex_;
  std::map<std::string, OperatorScript> scripts_ ABSL_GUARDED_BY(mutex_);
  SimulatedWorld world_{clock_, [this](const TrialJob& job, int) { return Fate(job); },
                        absl::Milliseconds(300)};
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeSimulatedFixture() {
  return std::make_unique<SimulatedFixture>();
}

}  // namespace qalam
