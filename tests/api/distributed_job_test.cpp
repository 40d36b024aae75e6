// Which distributed jobs an experiment may have, and what is said of the others.

#include "api/distributed_job.h"

#include <catch2/catch.hpp>

#include "suggestion/registry.h"
#include "tests/support/distributed_manifest.h"

namespace qalam {
namespace {

// What an experiment whose trials are such jobs is refused for, a line a fault.
std::string ManifestRefusals(const Json& manifest, const std::string& container = "",
                             const std::string& success = "", const std::string& failure = "") {
  ExperimentDocument document;
  document.spec.algorithm.name = "random";
  document.spec.metrics_collector.kind = CollectorKind::kStdOut;
  TrialTemplate& trial_template = document.spec.trial_template;
  trial_template.trial_spec = manifest;
  trial_template.primary_container_name = container;
  trial_template.success_condition = success;
  trial_template.failure_condition = failure;
  std::string text;
  for (const auto& fault : CheckExecutable(document, RegisteredAlgorithms())) {
    text += fault.field + ": " + fault.message + "\n";
  }
  return text;
}

std::string AllOf(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "spec.trialTemplate." + line + "\n";
  return text;
}

}  // namespace

TEST_CASE("Every distributed kind runs with its primary role alone", "[replicas]") {
  for (const auto& kind : DistributedKinds()) {
    for (const auto& role : kind.primary_roles) {
      Json manifest = DistributedManifest(kind.name, {{role, 1, {"train"}}});
      for (const auto& version : kind.api_versions) {
        manifest["apiVersion"] = version;
        CAPTURE(kind.name, role, version);
        CHECK(ManifestRefusals(manifest).empty());
        CHECK(ManifestRefusals(manifest, kind.container,
                               R"(status.conditions.#(type=="Succeeded")#|#(status=="True")#)",
                               R"(status.conditions.#(type=="Failed")#|#(status=="True")#)")
                  .empty());
        CHECK(ManifestRefusals(manifest, "", "status.[@this].#(done==true)#") ==
              "spec.trialTemplate.successCondition: a condition of one's own is not available in "
              "this version; leave it out, or use --operator kubernetes\n");
      }
    }
  }
}

TEST_CASE("What is wrong with a distributed job is told with its field", "[replicas]") {
  struct Case {
    const char* kind;
    std::vector<RoleOfManifest> roles;
    std::vector<std::string> faults;
  };
  const std::string torch = "trialSpec.spec.pytorchReplicaSpecs";
  const std::string tf = "trialSpec.spec.tfReplicaSpecs";
  const auto one = GENERATE_COPY(values<Case>({
      {"PyTorchJob",
       {{"Master", 2, {"a"}}, {"Worker", 65, {}}},
       {torch + ".Master.replicas: \"2\" should be 1: there is one Master at most",
        torch + ".Worker.replicas: \"65\" should be a whole number from 1 to 64",
        torch +
            ".Worker.template.spec.containers[0].command: missing; a local process has no image to "
            "take it from"}},
      {"PyTorchJob",
       {{"Master", 1, {"a"}}, {"Worker", 64, {"a"}}},
       {torch + ": 65 replicas; at most 64 run on one machine"}},
      {"TFJob",
       {{"PS", -1, {"a"}}, {"Evaluator", 1, {"a"}}},
       {tf + ".PS.replicas: \"-1\" should be a whole number from 1 to 64",
        tf + ": TFJob needs a Chief, Master or Worker"}},
      {"MPIJob", {{"Worker", 1, {}}}, {"trialSpec.spec.mpiReplicaSpecs: MPIJob needs a Launcher"}},
      {"JAXJob",
       {{"Worker", 1, {"a"}}, {"Workers", 1, {"a"}}},
       {"trialSpec.spec.jaxReplicaSpecs.Workers: unknown role (did you mean \"Worker\"?); allowed: "
        "Worker"}},
  }));
  CHECK(ManifestRefusals(DistributedManifest(one.kind, one.roles)) == AllOf(one.faults));
}

TEST_CASE("The shape of a distributed job is checked too", "[replicas]") {
  Json manifest = DistributedManifest("JAXJob", {{"Worker", 2, {"train"}}});
  Json& worker = manifest["spec"]["jaxReplicaSpecs"]["Worker"];
  const std::string place = "trialSpec.spec.jaxReplicaSpecs.Worker";

  worker["replicas"] = "${trialParameters.workers}";
  CHECK(ManifestRefusals(manifest).empty());
  worker["replicas"] = "3";
  CHECK(ManifestRefusals(manifest).empty());
  worker["replicas"] = 1.5;
  CHECK(ManifestRefusals(manifest) ==
        AllOf({place + ".replicas: \"1.5\" should be a whole number from 1 to 64"}));
  worker.erase("replicas");
  CHECK(ManifestRefusals(manifest).empty());

  Json& containers = worker["template"]["spec"]["containers"];
  containers.push_back({{"name", "sidecar"}, {"command", {"sleep"}}});
  CHECK(ManifestRefusals(manifest).empty());  // the one that has the kind's own name
  containers[0]["name"] = "main";
  CHECK(ManifestRefusals(manifest, "main").empty());
  CHECK(ManifestRefusals(manifest) ==
        AllOf({place + ".template.spec.containers: none is named \"jax\"; "
                       "give its name as primaryContainerName"}));
  containers = Json::array();
  CHECK(ManifestRefusals(manifest) ==
        AllOf({place + ".template.spec.containers: missing or empty"}));
  worker = "two";
  CHECK(ManifestRefusals(manifest) ==
        AllOf({place + ": should be a map with replicas and template"}));
  manifest["spec"] = Json::object();
  CHECK(ManifestRefusals(manifest) ==
        AllOf({"trialSpec.spec.jaxReplicaSpecs: missing; JAXJob has its roles there"}));
}

TEST_CASE("A kind of another version is refused by name", "[replicas]") {
  Json manifest = DistributedManifest("TFJob", {{"Worker", 1, {"a"}}});
  manifest["apiVersion"] = "kubeflow.org/v1beta2";
  const std::string refusals = ManifestRefusals(manifest);
  CHECK_THAT(refusals, Catch::StartsWith("spec.trialTemplate.trialSpec: apiVersion "
                                         "\"kubeflow.org/v1beta2\", kind \"TFJob\" is not "));
  CHECK_THAT(refusals, Catch::Contains("a kubeflow.org/v2beta1 MPIJob"));
}

}  // namespace qalam
