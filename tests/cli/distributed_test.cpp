// The examples of distributed jobs, run as a user runs them. Those of PyTorch, MPI and XGBoost are
// the real frameworks of Debian.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/qalam_shell.h"

namespace qalam {
namespace {

// The example as it is, but found from wherever the test runs.
std::string WriteDistributedExample(const Shell& shell, const std::string& name) {
  std::string text = *ReadFile(QALAM_SOURCE "/examples/distributed/" + name + ".yaml");
  const std::string folder = "workingDir: examples/";
  for (size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at + 1)) {
    text.replace(at, folder.size(), "workingDir: " QALAM_SOURCE "/examples/");
  }
  const std::string path = shell.File(name + ".yaml");
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  return path;
}

// The programs lie in the source tree, which is no place for their bytecode.
void KeepSourceClean() { setenv("PYTHONDONTWRITEBYTECODE", "1", 1); }

bool Runs(const std::vector<std::string>& command) {
  const FileDescriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  try {
    return ChildProcess(command, {}, nowhere.get()).Wait() == 0;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Runs the example and returns the folder of a trial; every trial has succeeded.
std::string RunExample(Shell& shell, const std::string& name) {
  KeepSourceClean();
  const auto run = shell.Run({"run", WriteDistributedExample(shell, name)});
  INFO(run.text);
  const auto reply =
      nlohmann::json::parse(shell.Run({"trials", "distributed-" + name, "-o", "json"}).text);
  std::string folder;
  REQUIRE(reply["trials"].size() == 3);
  for (const auto& trial : reply["trials"]) {
    INFO(trial.dump());
    CHECK(trial["state"] == "TRIAL_SUCCEEDED");
    CHECK(trial.contains("objectiveValue"));
    folder = trial["workDir"];
  }
  CHECK(run.status == 0);
  return folder;
}

}  // namespace

TEST_CASE("A PyTorchJob trains by DistributedDataParallel", "[distributed][slow]") {
  if (!Runs({"/usr/bin/python3", "-c", "import torch"})) {
    WARN("skipped, Debian's python3-torch is not installed");
    return;
  }
  Shell shell;
  const auto folder = RunExample(shell, "pytorch");
  CHECK_THAT(*ReadFile(folder + "/output.log"), Catch::StartsWith("process 0 of 2\nepoch=1 "));
  CHECK(*ReadFile(folder + "/output-worker-0.log") == "process 1 of 2\n");
}

TEST_CASE("An MPIJob runs as many ranks as it has workers", "[distributed][slow]") {
  if (!Runs({"mpirun", "--version"}) || !Runs({"/usr/bin/python3", "-c", "import mpi4py"})) {
    WARN("skipped, Debian's openmpi-bin or python3-mpi4py is not installed");
    return;
  }
  Shell shell;
  const auto folder = RunExample(shell, "mpi");
  CHECK_THAT(*ReadFile(folder + "/output.log"), Catch::EndsWith("2 ranks\n"));
}

TEST_CASE("An XGBoostJob boosts trees in two processes", "[distributed][slow]") {
  if (!Runs({"/usr/bin/python3", "-c", "import xgboost"})) {
    WARN("skipped, Debian's python3-xgboost is not installed");
    return;
  }
  Shell shell;
  const auto folder = RunExample(shell, "xgboost");
  CHECK_THAT(*ReadFile(folder + "/output.log"), Catch::Contains("process 0 of 2\nstep=1 "));
  CHECK_THAT(*ReadFile(folder + "/output-worker-0.log"), Catch::Contains("process 1 of 2\n"));
}

TEST_CASE("The replicas of a TFJob, a JAXJob and a PaddleJob meet", "[distributed]") {
  struct Case {
    const char* name;
    const char* other;  // a replica that is not the primary one
    const char* said;
  };
  const auto one = GENERATE(values<Case>({
      {"tensorflow", "worker-0", "worker 0\n"},
      {"tensorflow", "ps-0", "ps 0\n"},
      {"jax", "worker-2", "process 2 of 3\n"},
      {"paddle", "worker-1", "process 1 of 2\n"},
  }));
  CAPTURE(one.name);
  Shell shell;
  const auto folder = RunExample(shell, one.name);
  CHECK_THAT(*ReadFile(folder + "/output.log"), Catch::Contains("step=100 loss="));
  CHECK(*ReadFile(folder + "/output-" + one.other + ".log") == one.said);
}

}  // namespace qalam
