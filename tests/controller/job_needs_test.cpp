#include "controller/operators/job_needs.h"

#include <catch2/catch.hpp>

#include "controller/operators/quantity.h"
#include "tests/support/distributed_manifest.h"

namespace qalam {
namespace {

Json Manifest(const std::string& resources, const std::string& job = "{}",
              const std::string& pod = "{}") {
  Json manifest = {{"spec", Json::parse(job)}};
  manifest["spec"]["template"]["spec"] = Json::parse(pod);
  manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"}, {"resources", Json::parse(resources)}}});
  return manifest;
}

}  // namespace

TEST_CASE("Amounts are read as Kubernetes writes them", "[slots]") {
  CHECK(ParseQuantity("500m") == 0.5);
  CHECK(ParseQuantity("2") == 2);
  CHECK(ParseQuantity("1.5") == 1.5);
  CHECK(ParseQuantity("1e3") == 1000);
  CHECK(ParseQuantity("2Gi") == 2147483648.0);
  CHECK(ParseQuantity("64M") == 64e6);
  CHECK(ParseQuantity("1E") == 1e18);
  for (const char* text : {"", "Gi", "-1", "2 Gi", "2gi", "nan", "inf", "1e999", "0x10", "1.2.3"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseQuantity(text));
  }
}

TEST_CASE("What a container takes is counted as a scheduler does", "[slots]") {
  const auto needs = [](const std::string& resources) {
    return NeedsOf({}, Manifest(resources))->resources;
  };
  const auto all = needs(R"({"requests": {"cpu": "500m", "memory": "1Gi"},
                             "limits": {"cpu": 2, "memory": "2Gi", "nvidia.com/gpu": 1}})");
  CHECK(all.cpu == 0.5);
  CHECK(all.memory_bytes == 2ull << 30);
  CHECK(all.gpu == 1);
  CHECK(needs(R"({"limits": {"cpu": 2}})").cpu == 2);
  CHECK(needs(R"({"requests": {"memory": "1k", "nvidia.com/gpu": "2"}})").memory_bytes == 1000);
  CHECK(needs(R"({"requests": {"memory": "1k", "nvidia.com/gpu": "2"}})").gpu == 2);
  CHECK(needs("{}").cpu == 0);
  // Before a trial has its parameters.
  CHECK(needs(R"({"limits": {"cpu": "${trialParameters.cores}"}})").cpu == 0);
  CHECK(NeedsOf({}, Json{{"spec", {}}})->resources.cpu == 0);
}

TEST_CASE("The template's resources stand instead of the container's", "[slots]") {
  TrialTemplate given;
  given.resources = Resources{.cpu = 3};
  const auto needs = *NeedsOf(given, Manifest(R"({"limits": {"cpu": 8, "memory": "1Gi"}})"));
  CHECK(needs.resources.cpu == 3);
  CHECK(needs.resources.memory_bytes == 0);
}

TEST_CASE("A distributed job takes what its replicas take together", "[slots]") {
  auto manifest =
      DistributedManifest("PyTorchJob", {{"Master", 1, {"true"}}, {"Worker", 3, {"true"}}});
  const auto container = [&](const char* role) -> Json& {
    return manifest["spec"]["pytorchReplicaSpecs"][role]["template"]["spec"]["containers"][0];
  };
  container("Master")["resources"] = Json::parse(R"({"requests": {"cpu": "500m"}})");
  container("Worker")["resources"] =
      Json::parse(R"({"limits": {"cpu": 2, "memory": "1Gi", "nvidia.com/gpu": 1}})");
  manifest["spec"]["runPolicy"]["activeDeadlineSeconds"] = 60;
  const auto needs = *NeedsOf({}, manifest);
  CHECK(needs.resources.cpu == 6.5);
  CHECK(needs.resources.memory_bytes == uint64_t{3} << 30);
  CHECK(needs.resources.gpu == 3);
  CHECK(needs.timeout_seconds == 60);
}

TEST_CASE("What is no amount is named", "[slots]") {
  const auto fault = [](const std::string& resources) {
    return Message(NeedsOf({}, Manifest(resources)).status());
  };
  CHECK(fault(R"({"requests": {"cpu": "many"}})") ==
        "the container's resources/requests/cpu: \"many\" should be an amount, e.g. 500m, 2 or "
        "2Gi");
  CHECK(fault(R"({"limits": {"nvidia.com/gpu": 0.5}})") ==
        "the container's nvidia.com/gpu: 0.5 should be a whole number");
}

TEST_CASE("The shortest of the time limits holds", "[slots]") {
  struct Case {
    std::optional<double> timeout;
    const char* job;
    const char* pod;
    std::optional<double> expected;
  };
  const std::string set = R"({"activeDeadlineSeconds": )";
  const std::string twenty = set + "20}", thirty = set + "\"30\"}";
  for (const auto& one :
       {Case{{}, "{}", "{}", {}}, Case{40, "{}", "{}", 40}, Case{{}, twenty.c_str(), "{}", 20},
        Case{{}, "{}", thirty.c_str(), 30}, Case{40, twenty.c_str(), thirty.c_str(), 20},
        Case{40, thirty.c_str(), twenty.c_str(), 20},
        Case{10, twenty.c_str(), thirty.c_str(), 10}}) {
    TrialTemplate given;
    given.timeout_seconds = one.timeout;
    CAPTURE(one.job, one.pod);
    CHECK(NeedsOf(given, Manifest("{}", one.job, one.pod))->timeout_seconds == one.expected);
  }
  CHECK(Message(NeedsOf({}, Manifest("{}", set + "0}")).status()) ==
        "trialSpec/spec/activeDeadlineSeconds: \"0\" should be a number of seconds above 0");
}

}  // namespace qalam
