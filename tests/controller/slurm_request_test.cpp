// How Slurm is asked to run a trial.

#include <algorithm>
#include <catch2/catch.hpp>

#include "controller/operators/slurm/batch_request.h"

namespace qalam {

namespace {

TrialJob Trial(Json spec) {
  TrialJob job;
  job.uid = "uid-7";
  job.name = "trial";
  job.experiment_name = "experiment";
  job.directory = "/shared/100% mine/trial";
  job.manifest = {{"apiVersion", "qalam.io/v1"}, {"kind", "SlurmJob"}, {"spec", std::move(spec)}};
  return job;
}

const SlurmOptions kOptions = {.defaults = {.partition = "main", .account = "group"},
                               .collector_path = "/opt/qalam/bin/qalam-collector"};

bool Contains(const slurm::BatchRequest& request, const std::string& argument) {
  const auto& all = request.arguments;
  return std::find(all.begin(), all.end(), argument) != all.end();
}

}  // namespace

TEST_CASE("Slurm: a Job is translated, with the server's defaults", "[slurm]") {
  TrialJob job = Trial(Json::object());
  job.manifest["kind"] = "Job";
  job.manifest["apiVersion"] = "batch/v1";
  job.resources = {.cpu = 2.5, .memory_bytes = (3ull << 20) + 1, .gpu = 2};
  job.timeout_seconds = 3600;
  job.retries = 2;
  const auto request = *slurm::MakeBatchRequest(job, kOptions);
  CHECK(request.arguments ==
        std::vector<std::string>{
            "--parsable", "--no-requeue", "--job-name=qalam-uid-7-run-3",
            "--comment=experiment/trial", "--input=/dev/null",
            "--output=/shared/100%% mine/trial/slurm.log", "--open-mode=append",
            "--chdir=/shared/100% mine/trial", "--export=ALL", "--nodes=1", "--ntasks=1",
            "--cpus-per-task=3", "--mem=4M", "--gres=gpu:2",
            // An hour, ten seconds of grace and a minute, in whole minutes.
            "--time=62", "--partition=main", "--account=group", "/shared/100% mine/trial/slurm.sh",
            "/opt/qalam/bin/qalam-collector", "/shared/100% mine/trial"});
  CHECK(request.script.starts_with("#!/bin/sh\n"));
  CHECK(request.script.find("shared") == std::string::npos);
}

TEST_CASE("Slurm: what a SlurmJob says comes before the server's defaults", "[slurm]") {
  TrialJob job = Trial({{"partition", "gpu"},
                        {"qos", "high"},
                        {"constraint", "a100&ib"},
                        {"nodes", 2},
                        {"time", "1-12:00:00"},
                        {"options", {"--exclusive", "--mem=0"}},
                        {"setup", {"module load cuda", "cd \"$HOME\""}}});
  job.timeout_seconds = 10;
  job.resources.memory_bytes = 1 << 20;
  const auto request = *slurm::MakeBatchRequest(job, kOptions);
  for (const char* argument :
       {"--partition=gpu", "--account=group", "--qos=high", "--constraint=a100&ib", "--nodes=2",
        "--ntasks=2", "--time=1-12:00:00", "--exclusive"}) {
    CAPTURE(argument);
    CHECK(Contains(request, argument));
  }
  CHECK_FALSE(Contains(request, "--partition=main"));
  // sbatch takes the last of two, and that is the user's.
  const auto& all = request.arguments;
  CHECK(std::find(all.begin(), all.end(), "--mem=1M") <
        std::find(all.begin(), all.end(), "--mem=0"));
  CHECK(request.script.starts_with("#!/bin/bash -l\nmodule load cuda\ncd \"$HOME\"\n"));
}

TEST_CASE("Slurm: a run has a name of its own, the same for each repeat", "[slurm]") {
  CHECK(slurm::JobName("a-1", 0) == slurm::JobName("a-1", 0));
  CHECK(slurm::JobName("a-1", 0) != slurm::JobName("a-1", 1));
  CHECK(slurm::JobName("a-1", 1) != slurm::JobName("a-11", 0));
}

}  // namespace qalam
