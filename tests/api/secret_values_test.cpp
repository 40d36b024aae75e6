#include "api/secret_values.h"

#include <catch2/catch.hpp>

namespace qalam {

TEST_CASE("A variable's name tells whether its value is a secret", "[secrets]") {
  for (const char* name : {"TOKEN", "HF_TOKEN", "wandb_api_key", "AWS_SECRET_ACCESS_KEY",
                           "DB_PASSWORD", "Db_Passwd", "CLIENT_SECRET", "GOOGLE_CREDENTIALS"}) {
    CAPTURE(name);
    CHECK(IsSecretName(name));
  }
  for (const char* name :
       {"KEYBOARD", "TOKENS", "TOKENIZER", "MONKEY", "SECRETS_DIR", "PATH", ""}) {
    CAPTURE(name);
    CHECK_FALSE(IsSecretName(name));
  }
}

TEST_CASE("Secrets are masked wherever a manifest has an environment", "[secrets]") {
  Json manifest = Json::parse(R"({"spec": {"template": {"spec": {
    "initContainers": [{"env": [{"name": "A_TOKEN", "value": "s1"}]}],
    "containers": [{"name": "main", "env": [
      {"name": "DB_PASSWORD", "value": "s2"}, {"name": "EPOCHS", "value": "3"},
      {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": "n", "key": "k"}}},
      {"name": "ODD_KEY", "value": 5}, {"name": 7, "value": "x"}, "text"]}]}}}})");
  MaskSecrets(manifest);
  const std::string text = manifest.dump();
  CHECK(text.find("s1") == std::string::npos);
  CHECK(text.find("s2") == std::string::npos);
  const Json& main = manifest["spec"]["template"]["spec"]["containers"][0]["env"];
  CHECK(main[0]["value"] == kSecretMask);
  CHECK(main[1]["value"] == "3");
  CHECK(main[2]["valueFrom"]["secretKeyRef"]["key"] == "k");
  CHECK(main[3]["value"] == kSecretMask);
}

TEST_CASE("A masked value is not taken for the value", "[secrets]") {
  ExperimentDocument document;
  document.spec.trial_template.trial_spec = Json::parse(
      R"({"env": [{"name": "A_TOKEN", "value": "********"}, {"name": "B_TOKEN", "value": "b"}]})");
  const auto faults = CheckNoMasks(document);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message.find("A_TOKEN") != std::string::npos);
  CHECK(CheckNoMasks(WithoutSecrets(document)).size() == 2);
  document.spec.metrics_collector.custom_collector =
      Json::parse(R"({"env": [{"name": "C_TOKEN", "value": "c"}]})");
  CHECK(CheckNoMasks(document).size() == 1);
  const auto masked = CheckNoMasks(WithoutSecrets(document));
  REQUIRE(masked.size() == 3);
  CHECK(masked[2].field == "spec.metricsCollectorSpec.collector.customCollector");
  CHECK(masked[2].message.find("C_TOKEN") != std::string::npos);
}

}  // namespace qalam
