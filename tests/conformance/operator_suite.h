// What the conformance suite of TrialOperator needs of an engine. A new engine is one more row of
// OperatorFixtures().
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "controller/operators/operator.h"

namespace qalam {

// What a job does, in order, told apart from any engine's form: each fixture translates it.
struct OperatorScript {
  bool ignores_term = false;              // from before its first line
  std::vector<std::string> arguments;     // printed first, each with a zero byte
  std::vector<std::string> lines;         // then these, each with its newline
  std::string raw;                        // then this, as it is
  int counted_points = 0;                 // then the lines "step=I loss=I" for I from 1 to this
  Duration pause = absl::ZeroDuration();  // then this long nothing
  enum class End { kExit, kSignal, kNever, kCannotStart } end = End::kExit;
  int code = 0;  // exit status or signal
};

// One engine, empty at first, that outlives the operators over it.
class OperatorFixture {
 public:
  virtual ~OperatorFixture() = default;

  // One more operator over the engine, as a further controller process would have.
  virtual std::unique_ptr<TrialOperator> MakeOperator() = 0;
  // A job that looks for the metric "loss" in its output.
  virtual TrialJob MakeJob(const std::string& name, const OperatorScript& script) = 0;
  // How often the command of the job of this name has begun.
  virtual int Begun(const std::string& name) = 0;
  // Submits the job from a process that is killed, as by kill -9, once the job has printed
  // something. False, and nothing is done, where the engine itself lives in the controller's
  // process. While no operator exists.
  virtual bool SubmitFromKilledProcess(const TrialJob& job) = 0;
  // While it is away the engine cannot say what became of the job, nor take part in its end.
  virtual void SetAway(const std::string& handle, bool away) = 0;
  // Lets a minute pass, or what stands for it where time is real.
  virtual void PassLong() = 0;
  // Lets some milliseconds pass, the engine's own ones.
  virtual void Pass() = 0;
  // How many jobs the engine runs at once here.
  virtual int MostJobs() { return 500; }
};

struct OperatorFixtureEntry {
  const char* name;
  // Null, with a line on standard error that says why, where there is no such engine.
  std::unique_ptr<OperatorFixture> (*make)();
};

std::span<const OperatorFixtureEntry> OperatorFixtures();

std::unique_ptr<OperatorFixture> MakeProcessFixture();
std::unique_ptr<OperatorFixture> MakeSimulatedFixture();
std::unique_ptr<OperatorFixture> MakeSlurmFixture();
std::unique_ptr<OperatorFixture> MakeKubernetesFixture();

}  // namespace qalam
