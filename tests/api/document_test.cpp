#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "base/files.h"
#include "suggestion/registry.h"
#include "tests/support/all_faults.h"

namespace qalam {

namespace {

const std::string kGood = R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata:
  name: good
spec:
  objective:
    type: maximize
    goal: 0.99
    objectiveMetricName: accuracy
    additionalMetricNames: [loss]
    metricStrategies:
      - {name: accuracy, value: latest}
  algorithm:
    algorithmName: tpe
    algorithmSettings:
      - {name: gamma, value: "0.2"}
  parallelTrialCount: 2
  maxTrialCount: 12
  maxFailedTrialCount: 3
  maxDuration: 2h
  seed: 9
  parameters:
    - name: lr
      parameterType: double
      feasibleSpace: {min: "0.01", max: "0.05"}
    - name: activation
      parameterType: categorical
      feasibleSpace: {list: [relu, "1", "yes"]}
  trialTemplate:
    primaryContainerName: main
    timeout: 5m
    retries: 2
    retryOn: Failure
    trialFolders: KeepBest
    trialParameters:
      - {name: lr, reference: lr}
      - {name: activation, reference: activation}
      - {name: name, reference: "${trialSpec.Name}"}
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - name: main
                command: [train, "--lr=${trialParameters.lr}", "${trialParameters.activation}"]
                env: [{name: NAME, value: "${trialParameters.name}"}]
)";

std::string Replace(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("A document survives printing and reading", "[document]") {
  const auto parsed = ParseDocuments(kGood, "f.yaml", RegisteredAlgorithms());
  INFO(AllFaults(kGood));
  REQUIRE(parsed.documents.size() == 1);
  const Json json = ToJson(parsed.documents[0]);
  const std::string text = GENERATE(true, false) ? ToYaml(parsed.documents[0]) : json.dump();
  INFO(text);
  const auto again = ParseDocuments(text, "again", RegisteredAlgorithms());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]) == json);
  CHECK(again.documents[0].spec.trial_template.timeout_seconds == 300);
  CHECK(again.documents[0].spec.trial_template.retries == 2);
  CHECK(again.documents[0].spec.trial_template.retry_on == RetryOn::kFailure);
  CHECK(again.documents[0].spec.trial_template.trial_folders == TrialFolders::kKeepBest);
  CHECK(again.documents[0].spec.max_duration_seconds == 7200);
  CHECK(again.documents[0].spec.parameters[1].feasible_space.list[2] == "yes");
}

TEST_CASE("Names of any length and kind survive printing", "[document]") {
  const std::string name =
      GENERATE(as<std::string>{}, "yes", "1", "1.5", "null", "", " ", "a: b", "#", "-", "?", "\x01",
               "ä", "\x7f", "a\u0085b", "a\u2028b\u2029ä", "\ufeffa", "\U0001F600",
               std::string(250, 'n'), std::string(251, 'n'), std::string(3000, 'n'),
               std::string(250, '\x01'), std::string(3000, '"'));
  CAPTURE(name);
  auto parsed = ParseDocuments(kGood, "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  auto& document = parsed.documents[0];
  document.spec.trial_template.trial_spec["metadata"]["annotations"] =
      Json{{"before", Json::array({1})}, {name, Json{{name, "inner"}}}, {"after", Json::object()}};
  const std::string text = ToYaml(document);
  CAPTURE(text);
  const auto again = ParseDocuments(text, "again", RegisteredAlgorithms());
  for (const auto& fault : again.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]) == ToJson(document));
}

TEST_CASE("Each fault is named with its place, its field and what is allowed", "[document]") {
  struct Case {
    const char* from;
    const char* to;
    const char* fault;
  };
  const auto one = GENERATE(values<Case>({
      {"objectiveMetricName", "objectiveMetricsName",
       "f.yaml:9:5: spec.objective.objectiveMetricsName: unknown field (did you mean "
       "\"objectiveMetricName\"?)"},
      {"type: maximize", "type: maximise",
       "f.yaml:7:11: spec.objective.type: \"maximise\" is not allowed (did you mean "
       "\"maximize\"?)"},
      {"goal: 0.99", "goal: .nan", "spec.objective.goal: \".nan\" should be a finite number"},
      {"{min: \"0.01\", max: \"0.05\"}", "{min: \"0.05\", max: \"0.01\"}",
       "spec.parameters[0].feasibleSpace.min: 0.05 should be below max"},
      {"{min: \"0.01\", max: \"0.05\"}", "{min: \"0.01\", max: \"0.05\", step: \"0\"}",
       "feasibleSpace.step: 0 should be above 0"},
      {"{min: \"0.01\", max: \"0.05\"}", "{min: \"0.01\", max: \"0.05\", step: \"1\"}",
       "step: 1 should not be larger than the range"},
      {"{min: \"0.01\", max: \"0.05\"}", "{min: \"0\", max: \"1\", distribution: logUniform}",
       "min: 0 should be above 0"},
      {"{min: \"0.01\", max: \"0.05\"}", "{min: \"0\", max: inf}",
       "max: \"inf\" should be a finite number"},
      {"{min: \"0.01\", max: \"0.05\"}", "{list: [\"1\"]}", "list: is not allowed for a double"},
      {"[relu, \"1\", \"yes\"]", "[]", "list: is empty"},
      {"[relu, \"1\", \"yes\"]", "[relu, relu]", "\"relu\" is in the list twice"},
      {"reference: lr", "reference: lrr",
       "\"lrr\" is no parameter of this experiment (did you mean \"lr\"?)"},
      {"${trialParameters.lr}", "${trialParameters.rate}",
       "${trialParameters.rate} has no trialParameter"},
      {"--lr=${trialParameters.lr}", "--lr=1",
       "spec.trialTemplate.trialParameters[0]: \"lr\" is not used"},
      {"parallelTrialCount: 2", "parallelTrialCount: 0",
       "spec.parallelTrialCount: \"0\" should be a whole number from 1"},
      {"parallelTrialCount: 2", "parallelTrialCount: 13",
       "13 should not be above maxTrialCount, which is 12"},
      {"name: good", "name: Not_Good", "f.yaml:4:9: metadata.name: \"Not_Good\" should be"},
      {"algorithmName: tpe", "algorithmName: tpee",
       "unknown algorithm name tpee (did you mean \"tpe\"?)"},
      {"{name: gamma", "{name: gama", "spec.algorithm.algorithmSettings[0]: unknown setting gama"},
      {"value: \"0.2\"", "value: \"2\"", "gamma should be a number > 0 and < 1"},
      {"kind: Experiment", "kind: Deployment", "kind: \"Deployment\" is not allowed"},
      {"  objective:", "  objective: [", "is not YAML"},
  }));
  CAPTURE(one.to);
  const std::string faults = AllFaults(Replace(one.from, one.to));
  INFO(faults);
  CHECK(faults.find(one.fault) != std::string::npos);
}

TEST_CASE("All faults of a document are found at once", "[document]") {
  std::string text = Replace("type: maximize", "type: up");
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"0.01\"", "\"1\""},
           {"name: good", "name: Bad_"},
           {"maxTrialCount: 12", "maxTrialCount: -1"},
           {"algorithmName: tpe", "algorithmName: magic"},
           {"  seed: 9", "  sed: 9"}}) {
    text.replace(text.find(from), from.size(), to);
  }
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  INFO(AllFaults(text));
  CHECK(parsed.faults.size() == 6);
  CHECK(parsed.documents.empty());
}

TEST_CASE("Hostile documents are refused and not run through", "[document]") {
  std::string text;
  switch (GENERATE(0, 1, 2, 3)) {
    case 0:
      text = std::string(100000, '[');
      break;
    case 1:
      text = std::string(5 << 20, 'a');
      break;
    case 2:
      text =
          "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
          "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
          "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
          "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
      break;
    default:
      text = "";
      break;
  }
  CHECK(ParseDocuments(text, "f", RegisteredAlgorithms()).faults.size() == 1);
}

TEST_CASE("Codes that are no characters are refused at their place", "[document]") {
  const std::string code = GENERATE(as<std::string>{}, "\\uffff", "\\ufffe", "\\ufdd0", "\\ufdef",
                                    "\\U0001fffe", "\\U0010ffff", "\uffff");
  CAPTURE(code);
  const std::string note = "annotations: {note: [{\"a" + code + "\": 1}]}";
  const auto parsed =
      ParseDocuments(Replace("kind: Job", "kind: Job\n      metadata: {" + note + "}"), "f.yaml",
                     RegisteredAlgorithms());
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].ToString() ==
        "f.yaml:42:40: holds a code that is no character, such as U+FFFF; leave it out");
}

TEST_CASE("Every escape of YAML is read", "[document]") {
  const std::string note = R"(\_é\_\N\L\P\e\a\x85\"\\_)";
  const auto parsed = ParseDocuments(
      Replace("  name: good\n", "  name: good\n  annotations: {note: \"" + note + "\"}\n"),
      "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  CHECK(parsed.documents[0].metadata.annotations.at("note") ==
        "\u00a0é\u00a0\u0085\u2028\u2029\x1b\x07\u0085\"\\_");
  const auto again = ParseDocuments(ToYaml(parsed.documents[0]), "again", RegisteredAlgorithms());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]).dump() == ToJson(parsed.documents[0]).dump());
}

TEST_CASE("A zero byte is refused at its place", "[document]") {
  std::string text = kGood;
  text.replace(text.find("good"), 4, std::string("a\0N", 3));
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].ToString() == "f.yaml:4:10: is a zero byte, which no YAML has");
}

TEST_CASE("Octal numbers of a trialSpec are those that Kubernetes reads", "[document]") {
  const std::string text = Replace(
      "      kind: Job\n",
      "      kind: Job\n      numbers: {a: 0400, b: 0o400, c: -017, d: 08, e: 0, f: 00, g: 0.5, "
      "h: 010.5, i: \"0400\", j: 0o9, k: 0-1, l: 0o, m: 07777777777777777777777}\n");
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  INFO(AllFaults(text));
  REQUIRE(parsed.documents.size() == 1);
  const Json numbers = parsed.documents[0].spec.trial_template.trial_spec.at("numbers");
  CHECK(numbers.at("a") == 256);
  CHECK(numbers.at("b") == 256);
  CHECK(numbers.at("c") == -15);
  CHECK(numbers.at("d") == 8);
  CHECK(numbers.at("e") == 0);
  CHECK(numbers.at("f") == 0);
  CHECK(numbers.at("g") == 0.5);
  CHECK(numbers.at("h") == 10.5);
  CHECK(numbers.at("i") == "0400");
  CHECK(numbers.at("j") == "0o9");
  CHECK(numbers.at("k") == "0-1");
  CHECK(numbers.at("l") == "0o");
  CHECK(numbers.at("m").is_number());
  // Text that looks like one stays text.
  const auto again = ParseDocuments(ToYaml(parsed.documents[0]), "again", RegisteredAlgorithms());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]) == ToJson(parsed.documents[0]));
}

TEST_CASE("What a parameter may be is read as it is written", "[document]") {
  const std::string text = Replace("{min: \"0.01\", max: \"0.05\"}", "{min: 010, max: 0100}");
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  CHECK(parsed.documents[0].spec.parameters[0].feasible_space.min == "010");
  CHECK(parsed.documents[0].spec.parameters[0].feasible_space.max == "0100");
}

namespace {

// The good document as JSON, with this as the value of an annotation and something after it.
std::string WithAnnotation(const std::string& text, const std::string& after = "") {
  const auto parsed = ParseDocuments(kGood, "f.yaml", RegisteredAlgorithms());
  std::string json = ToJson(parsed.documents.at(0)).dump();
  const std::string before = "\"metadata\":{";
  return json.insert(json.find(before) + before.size(),
                     "\"annotations\":{\"note\":\"" + text + "\"}" + after + ",");
}

std::string AnnotationOf(const std::string& document) {
  const auto parsed = ParseDocuments(document, "f.json", RegisteredAlgorithms());
  INFO(AllFaults(document));
  REQUIRE(parsed.documents.size() == 1);
  return parsed.documents[0].metadata.annotations.at("note");
}

}  // namespace

TEST_CASE("Characters that JSON writes as a pair of escapes are read", "[document]") {
  CHECK(AnnotationOf(WithAnnotation(R"(a \ud83d\ude00 \uD834\uDD1E b)")) ==
        "a \xf0\x9f\x98\x80 \xf0\x9d\x84\x9e b");
  CHECK(AnnotationOf("---\n" + WithAnnotation(R"(\u00e9\ud83d\ude00)")) ==
        "\xc3\xa9\xf0\x9f\x98\x80");
  // An escaped backslash escapes nothing.
  CHECK(AnnotationOf(WithAnnotation(R"(\\ud83d\\ude00 \" \\)")) == R"(\ud83d\ude00 " \)");
  // Python's json.dump(indent=1) of a name.
  std::string text = WithAnnotation("x");
  text.replace(text.find("\"note\":"), 7, "\n  \"note\\ud83d\\ude00\" : \"y\",\n \"note\":");
  CHECK(AnnotationOf(text) == "x");
}

TEST_CASE("Faults behind a pair of escapes keep their place", "[document]") {
  const std::string pairs = R"(\ud83d\ude00 \ud83d\ude00)";
  const std::string text = WithAnnotation(pairs, ",\"lable\":1");
  const auto parsed = ParseDocuments(text, "f.json", RegisteredAlgorithms());
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].field == "metadata.lable");
  CHECK(parsed.faults[0].column == static_cast<int>(text.find("\"lable\"")) + 1);
}

TEST_CASE("Half a pair of escapes is a fault at its place", "[document]") {
  const std::string half = GENERATE(R"(\ud83d)", R"(\ude00)", R"(\ud83d\u0041)", R"(\ud83dx)",
                                    R"(\ude00\ud83d)", R"(\ud83d\)", R"(\uDBFF\n)");
  const std::string text = WithAnnotation(R"(\ud834\udd1e )" + half + " b");
  const auto parsed = ParseDocuments(text, "f.json", RegisteredAlgorithms());
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].line == 1);
  CHECK(parsed.faults[0].column == static_cast<int>(text.find(half)) + 1);
  CHECK(parsed.faults[0].message.find(half.substr(0, 6) + " is half of a character") == 0);
}

TEST_CASE("Text that only looks like a pair of escapes is left alone", "[document]") {
  const std::string block =
      Replace("  name: good\n",
              "  name: good\n  annotations:\n    note: |-\n      print(\"\\ud83d\\ude00\")\n");
  CHECK(AnnotationOf(block) == R"(print("\ud83d\ude00"))");
  const std::string single = R"('it''s "\ud83d\ude00"')";
  const std::string json = WithAnnotation("x");
  std::string quoted = json;
  quoted.replace(quoted.find("\"x\""), 3, single);
  CHECK(AnnotationOf(quoted) == R"(it's "\ud83d\ude00")");
  std::string plain = json;
  plain.replace(plain.find("\"x\""), 3, R"( a"\ud83d\ude00")");
  CHECK(AnnotationOf(plain) == R"(a"\ud83d\ude00")");
  // YAML proper has another escape for it.
  const auto yaml = ParseDocuments(
      Replace("  name: good\n", "  name: good\n  annotations: {note: \"\\ud83d\\ude00\"}\n"),
      "f.yaml", RegisteredAlgorithms());
  REQUIRE(yaml.faults.size() == 1);
  CHECK(yaml.faults[0].line == 5);
  CHECK(yaml.faults[0].message.find("is half of a character") != std::string::npos);
  CHECK(yaml.faults[0].message.find("\\U0001F600") != std::string::npos);
}

TEST_CASE("Placeholders are replaced by the trial's own values", "[document]") {
  const auto parsed = ParseDocuments(kGood, "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  const auto manifest = RenderTrialSpec(parsed.documents[0], {"good-1", "default"},
                                        {{"lr", "0.02"}, {"activation", "yes"}});
  REQUIRE(manifest.ok());
  const Json& container = (*manifest)["spec"]["template"]["spec"]["containers"][0];
  CHECK(container["command"] == Json({"train", "--lr=0.02", "yes"}));
  CHECK(container["env"][0]["value"] == "good-1");
}

namespace {

// Every algorithm of Katib's is registered by now; a program need not have them all.
class RandomAlone final : public AlgorithmCatalog {
 public:
  std::vector<std::string> Names() const override { return {"random"}; }
  std::vector<AlgorithmFault> Check(const ExperimentSpec& spec) const override { return {}; }
};

}  // namespace

TEST_CASE("An algorithm that is Katib's and not there is read and not run", "[document]") {
  const auto parsed = ParseDocuments(kGood, "f.yaml", RandomAlone());
  REQUIRE(parsed.documents.size() == 1);
  const auto faults = CheckExecutable(parsed.documents[0], RandomAlone());
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].field == "spec.algorithm.algorithmName");
  CHECK(faults[0].message.find("available: random") != std::string::npos);
}

TEST_CASE("What cannot be run yet is refused by name", "[document]") {
  struct Case {
    const char* from;
    const char* to;
    const char* field;
  };
  const auto one = GENERATE(values<Case>({
      {"kind: Job", "kind: RayJob", "spec.trialTemplate.trialSpec"},
      {"  seed: 9", "  metricsCollectorSpec: {collector: {kind: Custom, customCollector: {}}}",
       "spec.metricsCollectorSpec.collector.customCollector.command"},
  }));
  const auto parsed = ParseDocuments(Replace(one.from, one.to), "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  const auto faults = CheckExecutable(parsed.documents[0], RegisteredAlgorithms());
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].field == one.field);
}

TEST_CASE("What is wrong with early stopping is told with its place", "[document]") {
  struct Case {
    const char* given;
    const char* fault;
  };
  const auto one = GENERATE(values<Case>({
      {"{algorithmName: medianstopp}",
       "spec.earlyStopping: unknown early stopping rule medianstopp"},
      {"{algorithmName: medianstop, algorithmSettings: [{name: start_step, value: '2'}, {name: "
       "steps, value: '1'}]}",
       "spec.earlyStopping.algorithmSettings[1]: unknown setting steps"},
  }));
  CHECK_THAT(AllFaults(Replace("  seed: 9", std::string("  earlyStopping: ") + one.given)),
             Catch::Contains(one.fault));
}

TEST_CASE("An unknown algorithm does not hide what is wrong with early stopping", "[document]") {
  auto text = Replace("algorithmName: tpe", "algorithmName: tpee");
  text.replace(text.find("  seed: 9"), 0, "  earlyStopping: {algorithmName: medianstopp}\n");
  CHECK_THAT(AllFaults(text), Catch::Contains("unknown algorithm name tpee") &&
                                  Catch::Contains("unknown early stopping rule medianstopp"));
}

TEST_CASE("Every example is sound", "[document]") {
  const std::string name = GENERATE(
      "digits/auto", "digits/nsga2", "digits/evolution", "digits/local-search",
      "digits/bayesianoptimization", "digits/cmaes", "digits/random", "digits/grid", "digits/sobol",
      "digits/tpe", "digits/multivariate-tpe", "digits/asha", "digits/hyperband", "digits/bohb",
      "digits/median-stop", "nas/darts", "nas/enas", "nas/pareto", "pbt/experiment",
      "python-script/experiment", "collectors/file", "collectors/events", "collectors/custom",
      "collectors/prometheus", "collectors/push");
  const auto text = ReadFile(std::string(QALAM_SOURCE) + "/examples/" + name + ".yaml");
  REQUIRE(text.ok());
  const auto parsed = ParseDocuments(*text, name, RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  CHECK(CheckExecutable(parsed.documents[0], RegisteredAlgorithms()).empty());
}

}  // namespace qalam
