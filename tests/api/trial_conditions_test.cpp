#include "api/trial_conditions.h"

#include <catch2/catch.hpp>

namespace qalam {
namespace {

Json ManifestOf(const std::string& api_version, const std::string& kind) {
  return {{"apiVersion", api_version}, {"kind", kind}};
}

Json WithConditions(const std::string& conditions) {
  return {{"status", {{"conditions", Json::parse(conditions)}}}};
}

}  // namespace

TEST_CASE("A Job has ended once its condition is true", "[conditions]") {
  struct Case {
    const char* conditions;
    Verdict verdict;
  };
  const auto test = GENERATE(values<Case>({
      {"[]", Verdict::kOpen},
      {R"([{"type": "Complete", "status": "True"}])", Verdict::kSucceeded},
      {R"([{"type": "Complete", "status": "False"}])", Verdict::kOpen},
      {R"([{"type": "SuccessCriteriaMet", "status": "True"}])", Verdict::kOpen},
      {R"([{"type": "FailureTarget", "status": "True"}])", Verdict::kOpen},
      {R"([{"type": "Suspended", "status": "True"}])", Verdict::kOpen},
      {R"([{"type": "FailureTarget", "status": "True"}, {"type": "Failed", "status": "True"}])",
       Verdict::kFailed},
      // Failure comes first.
      {R"([{"type": "Complete", "status": "True"}, {"type": "Failed", "status": "True"}])",
       Verdict::kFailed},
  }));
  CAPTURE(test.conditions);
  const auto conditions = TrialConditions::Make(ManifestOf("batch/v1", "Job"), {});
  REQUIRE(conditions.ok());
  CHECK(conditions->Judge(WithConditions(test.conditions)).verdict == test.verdict);
  CHECK(conditions->Judge({{"status", Json::object()}}).verdict == Verdict::kOpen);
  CHECK(conditions->Judge(Json::object()).verdict == Verdict::kOpen);
}

TEST_CASE("Kubeflow's kinds have conditions of their own", "[conditions]") {
  const std::string kind =
      GENERATE("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob");
  CAPTURE(kind);
  const auto conditions = TrialConditions::Make(ManifestOf("kubeflow.org/v1", kind), {});
  REQUIRE(conditions.ok());
  const auto judge = [&](const std::string& list) {
    return conditions->Judge(WithConditions(list)).verdict;
  };
  CHECK(
      judge(R"([{"type": "Created", "status": "True"}, {"type": "Running", "status": "True"}])") ==
      Verdict::kOpen);
  CHECK(judge(R"([{"type": "Running", "status": "False"},
                  {"type": "Succeeded", "status": "True"}])") == Verdict::kSucceeded);
  CHECK(judge(R"([{"type": "Restarting", "status": "True"}])") == Verdict::kOpen);
  CHECK(judge(R"([{"type": "Failed", "status": "True"}])") == Verdict::kFailed);
}

TEST_CASE("A judgement tells why, as the object does", "[conditions]") {
  const auto conditions = *TrialConditions::Make(ManifestOf("batch/v1", "Job"), {});
  const auto judgement = conditions.Judge(WithConditions(
      R"([{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "late"}])"));
  CHECK(judgement.reason == "DeadlineExceeded");
  CHECK(judgement.message == "late");
}

TEST_CASE("Conditions of one's own are about anything in the object", "[conditions]") {
  // As Katib's examples have it for Argo.
  const auto conditions = *TrialConditions::Make(
      ManifestOf("argoproj.io/v1alpha1", "Workflow"),
      {.success = R"(status.[@this].#(phase=="Succeeded")#)", .failure = "status.failures"});
  const auto judge = [&](const char* status) {
    return conditions.Judge({{"status", Json::parse(status)}}).verdict;
  };
  CHECK(judge(R"({"phase": "Running"})") == Verdict::kOpen);
  CHECK(judge(R"({"phase": "Succeeded"})") == Verdict::kSucceeded);
  CHECK(judge(R"({"phase": "Succeeded", "failures": null})") == Verdict::kSucceeded);
  CHECK(judge(R"({"phase": "Succeeded", "failures": []})") == Verdict::kSucceeded);
  CHECK(judge(R"({"phase": "Running", "failures": 0})") == Verdict::kFailed);
}

TEST_CASE("Conditions that cannot be are refused with field and column", "[conditions]") {
  const auto message = [](const Json& manifest, const ConditionTexts& given) {
    return Message(TrialConditions::Make(manifest, given).status());
  };
  const Json job = ManifestOf("batch/v1", "Job"), other = ManifestOf("example.org/v1", "Run");
  CHECK_THAT(message(job, {.success = "status."}),
             Catch::StartsWith("successCondition: column 8: a key"));
  CHECK_THAT(message(job, {.failure = "status.#("}), Catch::StartsWith("failureCondition: column"));
  CHECK_THAT(message(other, {.failure = "status.failed"}),
             Catch::StartsWith("successCondition: missing; this kind has none of its own, e.g. "));
  CHECK_THAT(message(other, {.success = "status.done"}),
             Catch::StartsWith("failureCondition: missing"));
}

}  // namespace qalam
