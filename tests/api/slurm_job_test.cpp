#include "api/slurm_job.h"

#include <catch2/catch.hpp>

namespace qalam {

namespace {

Json Manifest(Json spec) {
  return {{"apiVersion", "qalam.io/v1"}, {"kind", "SlurmJob"}, {"spec", std::move(spec)}};
}

std::string FaultsOf(const Json& manifest) {
  std::vector<Fault> faults;
  ReadSlurmJob(manifest, faults);
  std::string text;
  for (const auto& fault : faults) text += fault.field + ": " + fault.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("A SlurmJob is told by kind and version", "[api]") {
  CHECK(IsSlurmJob(Manifest(Json::object())));
  CHECK_FALSE(IsSlurmJob({{"apiVersion", "batch/v1"}, {"kind", "Job"}}));
  CHECK_FALSE(IsSlurmJob({{"apiVersion", "batch/v1"}, {"kind", "SlurmJob"}}));
  CHECK_FALSE(IsSlurmJob(Json()));
}

TEST_CASE("A SlurmJob's spec is read, placeholders included", "[api]") {
  std::vector<Fault> faults;
  const auto spec = ReadSlurmJob(Manifest({{"partition", "gpu"},
                                           {"nodes", "${trialParameters.nodes}"},
                                           {"ntasks", 4},
                                           {"time", 30},
                                           {"options", {"--exclusive", "--mail-user=me@here"}},
                                           {"setup", {"module load cuda"}},
                                           {"template", Json::object()}}),
                                 faults);
  CHECK(faults.empty());
  CHECK(spec.partition == "gpu");
  CHECK(spec.nodes == 0);
  CHECK(spec.tasks == 4);
  CHECK(spec.time == "30");
  CHECK(spec.options == std::vector<std::string>{"--exclusive", "--mail-user=me@here"});
  CHECK(spec.setup == std::vector<std::string>{"module load cuda"});
}

TEST_CASE("All that is wrong with a SlurmJob is said at once", "[api]") {
  const std::string faults = FaultsOf(Manifest({{"partion", "gpu"},
                                                {"array", "1-3"},
                                                {"account", "two\nlines"},
                                                {"nodes", 0},
                                                {"setup", {"echo ${trialParameters.lr}"}}}));
  for (const char* part : {"spec.partion: unknown field (did you mean \"partition\"?)",
                           "spec.array: a trial is one job", "spec.account: ", "spec.nodes: ",
                           "spec.setup[0]: a parameter cannot stand here"}) {
    CAPTURE(part, faults);
    CHECK(faults.find(part) != std::string::npos);
  }
}

TEST_CASE("Options of sbatch that are qalam's to say are refused, also by their beginnings",
          "[api]") {
  for (const char* option : {"--job-name=x", "--job-n=x", "--requeue", "--no-requeue", "--array=1",
                             "--arr=1", "--export=NONE", "--output=x", "--wrap=ls", "--parsable",
                             "-J", "--", "mem=1", "--mem=1\n"}) {
    CAPTURE(option);
    CHECK(FaultsOf(Manifest({{"options", {option}}})).starts_with("spec.options[0]: "));
  }
  for (const char* option : {"--mem=1G", "--exclusive", "--nodelist=n1", "--gpus=a100:2",
                             "--reservation=course", "--begin=now+1hour"}) {
    CAPTURE(option);
    CHECK(FaultsOf(Manifest({{"options", {option}}})).empty());
  }
}

}  // namespace qalam
