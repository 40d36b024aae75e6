// What `-o yaml` prints, read by PyYAML, which holds to YAML 1.1 as most readers do.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/run_program.h"
#include "tests/support/qalam_shell.h"

namespace qalam {

namespace {

nlohmann::json ReadByPython(const std::string& yaml) {
  const auto read =
      RunProgram({.arguments = {"/usr/bin/python3", "-c",
                                "import json, sys, yaml\n"
                                "print(json.dumps(yaml.safe_load(sys.argv[1]), default=repr))",
                                yaml},
                  .environment = {}});
  REQUIRE(read.ok());
  INFO(read->errors);
  REQUIRE(read->exit_code == 0);
  return nlohmann::json::parse(read->output);
}

const std::vector<std::string> kWords = {"yes",        "On",
                                         "n",          "null",
                                         "~",          "1",
                                         "0x1f",       "0b11",
                                         "1_000",      "1e3",
                                         "190:20:30",  "-.inf",
                                         "2026-11-29", "2026-11-29T21:39:46Z",
                                         "<<",         "=",
                                         "a: b",       "#",
                                         "ä b",        "a\xe2\x80\xa8z"};

}  // namespace

TEST_CASE("Output as YAML keeps text what it is", "[output]") {
  Shell shell;
  nlohmann::json list = kWords;
  const std::string document = shell.File("words.json");
  REQUIRE(WriteFileAtomically(document,
                              fmt::format(R"({{
 "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {{"name": "words"}},
 "spec": {{
  "objective": {{"type": "minimize", "objectiveMetricName": "loss"}},
  "algorithm": {{"algorithmName": "grid"}}, "maxTrialCount": {},
  "parameters": [{{"name": "x", "parameterType": "categorical", "feasibleSpace": {{"list": {}}}}}],
  "trialTemplate": {{
   "trialParameters": [{{"name": "x", "reference": "x"}}],
   "trialSpec": {{"apiVersion": "batch/v1", "kind": "Job", "spec": {{"template": {{"spec": {{
    "containers": [{{"name": "main", "command": ["sh", "-c", "echo loss=1e-5",
                                                "${{trialParameters.x}}"]}}]}}}}}}}}}}}}}})",
                                          kWords.size(), list.dump()),
                              false)
              .ok());
  const auto run = shell.Run({"run", document});
  INFO(run.text);
  REQUIRE(run.status == 0);

  const auto read = ReadByPython(shell.Run({"get", "words", "-o", "yaml"}).text);
  CHECK(read["spec"]["parameters"][0]["feasibleSpace"]["list"] == list);
  CHECK(read["spec"]["maxTrialCount"] == kWords.size());

  const auto trials = ReadByPython(shell.Run({"trials", "words", "-o", "yaml"}).text)["trials"];
  REQUIRE(trials.size() == kWords.size());
  for (size_t i = 0; i < trials.size(); ++i) {
    CAPTURE(i);
    CHECK(trials[i]["parameters"][0]["value"] == kWords[i]);
    CHECK(trials[i]["number"] == i);
    CHECK(trials[i]["objectiveValue"] == 1e-5);
    CHECK(trials[i]["metrics"][0]["count"] == 1);
    CHECK(trials[i]["created"].get<std::string>().ends_with("Z"));
    CHECK(trials[i]["labels"] == nlohmann::json::object());
  }
}

}  // namespace qalam
