// An operator over folders of trials that another one has begun.
#include "controller/operators/folder_engine.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/kubernetes/login_sources.h"
#include "controller/operators/kubernetes/cluster_trial.h"
#include "controller/operators/kubernetes/kubernetes_operator.h"
#include "controller/operators/process_operator.h"
#include "controller/operators/slurm/slurm_operator.h"
#include "controller/operators/slurm/submission.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr FolderEngine kEngines[] = {FolderEngine::kProcess, FolderEngine::kSlurm,
                                     FolderEngine::kKubernetes};

// Whatever it would start leaves a file `begun` in `directory`.
std::unique_ptr<TrialOperator> MakeEngine(FolderEngine engine,
                                          const TemporaryDirectory& directory) {
  switch (engine) {
    case FolderEngine::kProcess:
      return MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector"});
    case FolderEngine::kSlurm: {
      const std::string begin = "#!/bin/sh\ncase $1 in --parsable) touch '" +
                                directory.File("begun") + "'; echo 7;; esac\n";
      for (const char* program : {"sbatch", "squeue", "scancel"}) {
        const std::string path = directory.File(program);
        REQUIRE(WriteFileAtomically(path, begin, false).ok());
        REQUIRE(chmod(path.c_str(), 0755) == 0);
      }
      // The programs are looked up on this process's own PATH.
      const std::string path = std::getenv("PATH");
      if (!path.starts_with(directory.path())) {
        setenv("PATH", (directory.path() + ":" + path).c_str(), 1);
      }
      return *MakeSlurmOperator({.collector_path = QALAM_BIN "/qalam-collector"});
    }
    case FolderEngine::kKubernetes: {
      kubernetes::ClusterAccess access;
      // Nobody is there: a call of it fails.
      access.server = "http://127.0.0.1:1";
      access.login = kubernetes::MakeFixedLogin({});
      auto client = kubernetes::Client::Create(std::move(access), {.attempts = 1});
      REQUIRE(client.ok());
      return MakeKubernetesOperator(*std::move(client), {.collector_image = "none"});
    }
  }
  return nullptr;
}

TrialJob JobIn(const TemporaryDirectory& directory) {
  TrialJob job;
  job.uid = job.name = "trial";
  job.directory = directory.File("trial");
  job.manifest = Json::parse(R"({"apiVersion":"batch/v1","kind":"Job"})");
  job.manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"}, {"command", {"touch", directory.File("begun")}}}});
  return job;
}

void Begin(FolderEngine engine, const std::string& folder) {
  REQUIRE(MakeDirectories(folder).ok());
  switch (engine) {
    case FolderEngine::kKubernetes:
      REQUIRE(WriteClusterTrial(folder, {.uid = "trial"}).ok());
      return;
    case FolderEngine::kSlurm:
      REQUIRE(slurm::WriteSubmission(folder, {"job", 3}).ok());
      [[fallthrough]];
    case FolderEngine::kProcess:
      REQUIRE(collector::WriteClaim(folder, {.pid = 1, .start_ticks = 1, .boot_id = "b"}).ok());
  }
}

Status End(FolderEngine engine, const std::string& folder) {
  if (engine == FolderEngine::kKubernetes) {
    return WriteClusterEnd(folder, {{JobState::kFailed, "ExitCode", "as it was"}, false});
  }
  return WriteFileAtomically(
      folder + "/" + collector::kResultFile,
      collector::Encode(collector::Result{collector::Ending::kExited, 3, "as it was"}), false);
}

}  // namespace

TEST_CASE("A trial of another operator is neither begun again nor lost", "[operator]") {
  const auto owner = GENERATE(from_range(std::begin(kEngines), std::end(kEngines)));
  const auto self = GENERATE(from_range(std::begin(kEngines), std::end(kEngines)));
  CAPTURE(owner, self);
  const TemporaryDirectory directory;
  const TrialJob job = JobIn(directory);
  Begin(owner, job.directory);
  CHECK(PollForeignTrial(job.directory, self).has_value() == (owner != self));
  if (owner == self) return;

  const auto engine = MakeEngine(self, directory);
  const auto poll = [&] { return engine->Poll({&job.directory, 1})->front(); };
  CHECK(engine->Submit(job).value_or("") == job.directory);
  CHECK(poll().state == JobState::kUnknown);
  CHECK(poll().reason == "AnotherOperator");
  REQUIRE(engine->Cancel(job.directory).ok());
  CHECK(poll().state == JobState::kUnknown);
  CHECK(engine->Submit(job).value_or("") == job.directory);
  CHECK_FALSE(FileExists(directory.File("begun")));
  REQUIRE(End(owner, job.directory).ok());
  CHECK(poll().state == JobState::kFailed);
  CHECK(poll().message == "as it was");
}

// As when the machine was shut down in good order, and the service began with another operator.
TEST_CASE("What the process operator takes for lost is lost to the others", "[operator]") {
  const auto self = GENERATE(from_range(std::begin(kEngines), std::end(kEngines)));
  const bool cancelled = GENERATE(false, true);
  CAPTURE(self, cancelled);
  const TemporaryDirectory directory;
  const std::string folder = directory.File("trial");
  Begin(FolderEngine::kProcess, folder);
  REQUIRE(WriteFileAtomically(
              folder + "/" + collector::kResultFile,
              collector::Encode(collector::Result{collector::Ending::kCancelled, 0, "it was told"}),
              false)
              .ok());
  const auto engine = MakeEngine(self, directory);
  if (cancelled) REQUIRE(WriteFileAtomically(folder + "/cancel", "", false).ok());
  const JobStatus status = engine->Poll({&folder, 1})->front();
  CHECK(status.state == (cancelled ? JobState::kKilled : JobState::kFailed));
  CHECK(status.reason == (cancelled ? "Cancelled" : "CollectorLost"));
}

TEST_CASE("A trial that has begun is not submitted again when its submission cannot be read",
          "[operator]") {
  const bool torn = GENERATE(true, false);
  CAPTURE(torn);
  const TemporaryDirectory directory;
  const TrialJob job = JobIn(directory);
  Begin(FolderEngine::kSlurm, job.directory);
  const std::string submission = job.directory + "/" + slurm::kSubmissionFile;
  if (torn) {
    REQUIRE(WriteFileAtomically(submission, R"({"jobName":)", false).ok());
  } else {
    // A folder in its place: each read fails with an error of the system's.
    REQUIRE(unlink(submission.c_str()) == 0);
    REQUIRE(MakeDirectories(submission).ok());
  }
  const auto engine = MakeEngine(FolderEngine::kSlurm, directory);
  const auto poll = [&] { return engine->Poll({&job.directory, 1})->front(); };
  CHECK(poll().state == JobState::kUnknown);
  CHECK(engine->Submit(job).value_or("") == job.directory);
  REQUIRE(engine->Cancel(job.directory).ok());
  CHECK(poll().state == JobState::kUnknown);
  CHECK_FALSE(FileExists(directory.File("begun")));
  REQUIRE(End(FolderEngine::kSlurm, job.directory).ok());
  CHECK(poll().message == "as it was");
}

TEST_CASE("A folder that no operator has begun is nobody's", "[operator]") {
  const TemporaryDirectory directory;
  CHECK_FALSE(PollForeignTrial(directory.path(), FolderEngine::kSlurm));
}

}  // namespace qalam
