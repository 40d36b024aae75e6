// The scripts of the conformance suite as commands, for engines that run any.
#pragma once

#include <string>

#include "tests/conformance/operator_suite.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Jobs whose folders and notes lie in a folder that goes with the object.
class ShellJobs {
 public:
  TrialJob Make(const std::string& name, const OperatorScript& script) const;
  // How often the command of the job of this name has begun.
  int Begun(const std::string& name) const;
  const std::string& path() const { return directory_.path(); }

 private:
  std::string BegunFile(const std::string& name) const { return directory_.File(name + ".begun"); }

  TemporaryDirectory directory_;
};

// Submits the job with an operator of the fixture, from a process that is killed once the job has
// printed something.
void SubmitAndDie(OperatorFixture& fixture, const TrialJob& job);

}  // namespace qalam
