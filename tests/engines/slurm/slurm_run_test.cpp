// The real program on a Slurm cluster.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/qalam_shell.h"
#include "tests/support/slurm_cluster.h"

namespace qalam {

namespace {

// As Shell::Write has it, with another manifest.
std::string WriteSlurmJob(Shell& shell, const std::string& name, const std::string& spec) {
  std::string document = *ReadFile(shell.Write(name, "echo loss=$0", 6));
  const auto replace = [&](const std::string& from, const std::string& to) {
    const size_t at = document.find(from);
    REQUIRE(at != std::string::npos);
    document.replace(at, from.size(), to);
  };
  replace("batch/v1", "qalam.io/v1");
  replace("kind: Job", "kind: SlurmJob");
  replace("spec: {template", "spec: {" + spec + "template");
  const std::string path = shell.File(name + "-slurm.yaml");
  REQUIRE(WriteFileAtomically(path, document, false).ok());
  return path;
}

}  // namespace

TEST_CASE("Slurm: an experiment is run, with its trials as jobs", "[slurm][slow]") {
  const auto cluster = SlurmCluster::Start();
  if (cluster == nullptr) {
    WARN("skipped: no Slurm cluster here, as the line above says");
    return;
  }
  setenv("SLURM_CONF", cluster->configuration().c_str(), 1);
  Shell shell;
  const auto run = shell.Run({"run", "--operator", "slurm", "--slurm-partition", "second",
                              shell.Write("good", "echo loss=$0 in $SLURM_JOB_PARTITION", 6)});
  INFO(run.text);
  CHECK(run.status == 0);
  const auto trials = nlohmann::json::parse(shell.Run({"trials", "good", "-o", "json"}).text);
  REQUIRE(trials["trials"].size() == 6);
  for (const auto& trial : trials["trials"]) CHECK(trial["state"] == "TRIAL_SUCCEEDED");
  const auto logs = shell.Run({"logs", trials["trials"][0]["name"].get<std::string>()});
  CHECK(Has(logs.text, "in second"));
  const std::string jobs = cluster->Run({"squeue", "--noheader", "--states=all", "--format=%j %T"});
  CHECK(std::count(jobs.begin(), jobs.end(), '\n') == 6);

  const auto own = shell.Run({"run", "--operator", "slurm",
                              WriteSlurmJob(shell, "own", "setup: [echo], options: [--nice=5], ")});
  INFO(own.text);
  CHECK(own.status == 0);
  unsetenv("SLURM_CONF");
}

TEST_CASE("A SlurmJob is refused by the operator for processes, and where it is faulty",
          "[slurm]") {
  Shell shell;
  const auto refused = shell.Run({"run", WriteSlurmJob(shell, "own", "")});
  CHECK(refused.status == 1);
  CHECK(Has(refused.text, "--operator slurm"));
  const auto faulty =
      shell.Run({"validate", WriteSlurmJob(shell, "faulty", "array: 1-3, options: [--requeue], ")});
  CHECK(faulty.status == 1);
  CHECK(Has(faulty.text, "trialSpec.spec.array: a trial is one job"));
  CHECK(Has(faulty.text, "trialSpec.spec.options[0]: --requeue is not yours to give"));
}

TEST_CASE("Without Slurm's programs its operator is refused", "[slurm]") {
  Shell shell;
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/no/such/folder", 1);
  const auto refused =
      shell.Run({"run", "--operator", "slurm", shell.Write("lost", "echo loss=$0", 1)});
  setenv("PATH", path.c_str(), 1);
  CHECK(refused.status == 1);
  CHECK(Has(refused.text, "cannot start \"sbatch\""));
}

}  // namespace qalam
