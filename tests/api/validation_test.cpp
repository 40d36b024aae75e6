// Each fault that validation promises to find, with its place and field.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "api/encoding.h"
#include "api/experiment.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

const std::string kSound = R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: sound, namespace: team}
spec:
  objective: {type: maximize, goal: 0.99, objectiveMetricName: accuracy}
  algorithm: {algorithmName: tpe, algorithmSettings: [{name: gamma, value: "0.2"}]}
  parallelTrialCount: 2
  maxTrialCount: 12
  maxFailedTrialCount: 3
  parameters:
    - {name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05"}}
    - {name: units, parameterType: int, feasibleSpace: {min: "8", max: "64", step: "8"}}
    - {name: batch, parameterType: discrete, feasibleSpace: {list: ["16", "32"]}}
    - {name: activation, parameterType: categorical, feasibleSpace: {list: [relu, tanh]}}
  trialTemplate:
    trialParameters: [{name: lr, reference: lr}, {name: name, reference: "${trialSpec.Name}"}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [
        train, "${trialParameters.lr}", "${trialParameters.name}"]}]}}}
)";

struct Case {
  const char* from;   // a part of the sound document
  const char* to;     // what stands there instead; @ marks the place of the fault and is left out
  const char* field;  // its path
  const char* message;
};

std::vector<Case> NameCases() {
  return {
      {"goal: 0.99", "@gaol: 0.99", "spec.objective.gaol",
       "unknown field (did you mean \"goal\"?); allowed: type, goal"},
      {"{name: lr, p", "{@nme: x, name: lr, p", "spec.parameters[0].nme",
       "unknown field (did you mean \"name\"?)"},
      {"max: \"0.05\"", "max: \"0.05\", @stepp: \"1\"", "spec.parameters[0].feasibleSpace.stepp",
       "unknown field (did you mean \"step\"?)"},
      {"    trialSpec:", "    @retian: true\n    trialSpec:", "spec.trialTemplate.retian",
       "unknown field (did you mean \"retain\"?)"},
      {"  parallelTrialCount", "  @maxTrials: 3\n  parallelTrialCount", "spec.maxTrials",
       "unknown field"},
      {"namespace: team", "namespace: team, @lables: {}", "metadata.lables",
       "did you mean \"labels\"?"},
      {"goal: 0.99", "goal: 0.99, @goal: 1", "spec.objective.goal", "is given twice"},
      {"      kind: Job", "      kind: Job\n      @kind: Pod", "spec.trialTemplate.trialSpec.kind",
       "is given twice"},
      {"type: maximize", "type: @maximise", "spec.objective.type",
       "\"maximise\" is not allowed (did you mean \"maximize\"?); allowed: minimize or maximize"},
      {"parameterType: int", "parameterType: @integer", "spec.parameters[1].parameterType",
       "\"integer\" is not allowed; allowed: double, int, discrete or categorical"},
      {"{name: sound", "{name: @Sound_1", "metadata.name",
       "\"Sound_1\" should be 1 to 54 characters of a-z, 0-9 and \"-\""},
      {"{name: sound", "{name: @-sound", "metadata.name", "\"-sound\" should be"},
      {"{name: sound", "{name: @sound.", "metadata.name", "\"sound.\" should be"},
      {"{name: sound", "{name: @a123456789012345678901234567890123456789012345678901234",
       "metadata.name", "should be 1 to 54 characters"},
      {"{name: sound", "{generateName: @Sound-", "metadata.generateName",
       "\"Sound-\" should be 1 to 49 characters"},
      {"namespace: team", "namespace: @my_team", "metadata.namespace", "\"my_team\" should be"},
      {"algorithmName: tpe", "algorithmName: @tep", "spec.algorithm.algorithmName",
       "unknown algorithm name tep (did you mean \"tpe\"?)"},
      {"{name: gamma,", "@{name: gama,", "spec.algorithm.algorithmSettings[0]",
       "unknown setting gama for algorithm tpe (did you mean \"gamma\"?); allowed: "},
      {"{name: gamma, value: \"0.2\"", "@{name: gamma, value: \"1.5\"",
       "spec.algorithm.algorithmSettings[0]", "gamma should be a number > 0 and < 1, not \"1.5\""},
      {"{name: gamma, value: \"0.2\"", "@{name: gamma, value: high",
       "spec.algorithm.algorithmSettings[0]", "gamma should be a number"},
      {"value: \"0.2\"}", "value: \"0.2\"}, @{name: gamma, value: \"0.3\"}",
       "spec.algorithm.algorithmSettings[1]", "gamma is given twice"},
      {"kubeflow.org/v1beta1", "@kubeflow.org/v1", "apiVersion", "allowed: kubeflow.org/v1beta1"},
      {"kind: Experiment", "kind: @Experimnt", "kind", "did you mean \"Experiment\"?"},
  };
}

std::vector<Case> MissingCases() {
  return {
      {"apiVersion: kubeflow.org/v1beta1\nkind", "@kind", "apiVersion", "missing; kubeflow.org/"},
      {"{name: sound, namespace: team}", "@{namespace: team}", "metadata.name",
       "missing; give a name or a generateName"},
      {"{type: maximize, goal: 0.99,", "@{goal: 0.99,", "spec.objective.type",
       "missing; minimize or maximize"},
      {"{type: maximize, goal: 0.99, objectiveMetricName: accuracy}", "@{type: maximize}",
       "spec.objective.objectiveMetricName", "missing; "},
      {"  objective: {type: maximize, goal: 0.99, objectiveMetricName: accuracy}\n  alg", "  @alg",
       "spec.objective", "missing; what to optimise"},
      {"{name: units, parameterType: int,", "@{parameterType: int,", "spec.parameters[1].name",
       "missing; the parameter's name"},
      {"{name: units, parameterType: int,", "@{name: units,", "spec.parameters[1].parameterType",
       "missing; double, int, discrete or categorical"},
      {"{name: units, parameterType: int, feasibleSpace: {min: \"8\", max: \"64\", step: \"8\"}}",
       "@{name: units, parameterType: int}", "spec.parameters[1].feasibleSpace",
       "missing; min and max, or list"},
      {"{min: \"0.01\", max", "@{max", "spec.parameters[0].feasibleSpace.min",
       "missing; the lowest"},
      {"{min: \"0.01\", max: \"0.05\"}", "@{min: \"0.01\"}", "spec.parameters[0].feasibleSpace.max",
       "missing; the highest"},
      {"feasibleSpace: {list: [relu, tanh]}", "feasibleSpace: @{}",
       "spec.parameters[3].feasibleSpace.list", "missing; the values allowed"},
      {"{name: lr, reference: lr}", "@{name: lr}",
       "spec.trialTemplate.trialParameters[0].reference", "missing; the name of a parameter"},
      {"      apiVersion: batch/v1\n      kind", "      @kind",
       "spec.trialTemplate.trialSpec.apiVersion", "missing; e.g. batch/v1"},
      {"[relu, tanh]", "[relu, @~]", "spec.parameters[3].feasibleSpace.list[1]", "is empty"},
      {"value: \"0.2\"}]", "value: \"0.2\"}, @~]", "spec.algorithm.algorithmSettings[1]",
       "is empty"},
  };
}

std::vector<Case> ValueCases() {
  return {
      {"min: \"0.01\"", "min: @\"0.06\"", "spec.parameters[0].feasibleSpace.min",
       "0.06 should be below max, which is 0.05"},
      {"min: \"0.01\"", "min: @\"0.05\"", "spec.parameters[0].feasibleSpace.min",
       "0.05 should be below max, which is 0.05"},
      {"step: \"8\"", "step: @\"0\"", "spec.parameters[1].feasibleSpace.step",
       "0 should be above 0"},
      {"step: \"8\"", "step: @\"-8\"", "spec.parameters[1].feasibleSpace.step",
       "-8 should be above 0"},
      {"step: \"8\"", "step: @\"57\"", "spec.parameters[1].feasibleSpace.step",
       "57 should not be larger than the range from 8 to 64"},
      {"step: \"8\"", "step: @\"1.5\"", "spec.parameters[1].feasibleSpace.step",
       "\"1.5\" should be a whole number"},
      {"min: \"0.01\"", "distribution: logUniform, min: @\"0\"",
       "spec.parameters[0].feasibleSpace.min", "0 should be above 0, since the distribution is"},
      {"min: \"0.01\"", "distribution: logNormal, min: @\"-1\"",
       "spec.parameters[0].feasibleSpace.min", "-1 should be above 0, since the distribution is"},
      {"[relu, tanh]", "@[]", "spec.parameters[3].feasibleSpace.list", "is empty"},
      {"[relu, tanh]", "[relu, tanh, @relu]", "spec.parameters[3].feasibleSpace.list[2]",
       "\"relu\" is in the list twice"},
      {"[\"16\", \"32\"]", "[\"16\", @\"16.0\"]", "spec.parameters[2].feasibleSpace.list[1]",
       "\"16.0\" is in the list twice"},
      {"[\"16\", \"32\"]", "[\"16\", @many]", "spec.parameters[2].feasibleSpace.list[1]",
       "\"many\" should be a finite number"},
      {"max: \"0.05\"", "max: \"0.05\", list: @[\"1\"]", "spec.parameters[0].feasibleSpace.list",
       "is not allowed for a double or an int"},
      {"{list: [relu", "{min: @\"1\", list: [relu", "spec.parameters[3].feasibleSpace.min",
       "is not allowed for a discrete or categorical parameter; use list"},
      {"max: \"0.05\"", "max: @.inf", "spec.parameters[0].feasibleSpace.max",
       "\".inf\" should be a finite number"},
      {"max: \"0.05\"", "max: @\"1e999\"", "spec.parameters[0].feasibleSpace.max",
       "\"1e999\" should be a finite number"},
      {"min: \"0.01\"", "min: @nan", "spec.parameters[0].feasibleSpace.min",
       "\"nan\" should be a finite number"},
      {"[\"16\", \"32\"]", "[\"16\", @-inf]", "spec.parameters[2].feasibleSpace.list[1]",
       "\"-inf\" should be a finite number"},
      {"goal: 0.99", "goal: @NaN", "spec.objective.goal", "\"NaN\" should be a finite number"},
      {"min: \"8\"", "min: @\"8.5\"", "spec.parameters[1].feasibleSpace.min",
       "\"8.5\" should be a whole number"},
      {"{name: units", "{name: @lr", "spec.parameters[1].name",
       "there is already a parameter \"lr\""},
      {"parallelTrialCount: 2", "parallelTrialCount: @0", "spec.parallelTrialCount",
       "\"0\" should be a whole number from 1"},
      {"maxTrialCount: 12", "maxTrialCount: @-1", "spec.maxTrialCount",
       "\"-1\" should be a whole number from 1"},
      {"maxTrialCount: 12", "maxTrialCount: @1.5", "spec.maxTrialCount",
       "\"1.5\" should be a whole number from 1"},
      {"maxFailedTrialCount: 3", "maxFailedTrialCount: @-1", "spec.maxFailedTrialCount",
       "\"-1\" should be a whole number from 0"},
      {"parallelTrialCount: 2", "parallelTrialCount: @13", "spec.parallelTrialCount",
       "13 should not be above maxTrialCount, which is 12"},
      {"maxFailedTrialCount: 3", "maxFailedTrialCount: @13", "spec.maxFailedTrialCount",
       "13 should not be above maxTrialCount, which is 12"},
      {"reference: lr", "reference: @lrr", "spec.trialTemplate.trialParameters[0].reference",
       "\"lrr\" is no parameter of this experiment (did you mean \"lr\"?); allowed: lr, units"},
      {"\"${trialSpec.Name}\"", "@\"${trialSpec.Nam}\"",
       "spec.trialTemplate.trialParameters[1].reference", "\"${trialSpec.Nam}\" is unknown"},
      {"train, ", "train, @\"${trialParameters.rate}\", ",
       "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].command[1]",
       "${trialParameters.rate} has no trialParameter of that name"},
      {"{name: lr, reference: lr}", "{name: lr, reference: lr}, @{name: u, reference: units}",
       "spec.trialTemplate.trialParameters[1]", "\"u\" is not used; write ${trialParameters.u}"},
      {"{name: lr, reference: lr}", "{name: lr, reference: lr}, {name: @lr, reference: units}",
       "spec.trialTemplate.trialParameters[1].name", "there is already a trialParameter \"lr\""},
      {"relu, tanh]}", "relu, tanh]}, activeWhen: {parameter: @rl, values: [\"1\"]}",
       "spec.parameters[3].activeWhen.parameter", "\"rl\" should be the name of another parameter"},
      {"relu, tanh]}", "relu, tanh]}, activeWhen: @{parameter: units, values: [\"8.0\", \"12\"]}",
       "spec.parameters[3].activeWhen", "parameter units: 12 is not on its grid of steps"},
      {"relu, tanh]}", "relu, tanh]}, activeWhen: @{parameter: units, values: [\"72\"]}",
       "spec.parameters[3].activeWhen", "parameter units: 72 is outside 8 to 64"},
      {"relu, tanh]}", "relu, tanh]}, activeWhen: @{parameter: lr, values: [\"0.02\"]}",
       "spec.parameters[3].activeWhen", "lr takes any value of its range"},
      {"{min: \"8\", max: \"64\", step: \"8\"}", "@{min: \"0\", max: \"9223372036854775807\"}",
       "spec.parameters[1].feasibleSpace", "9223372036854775807 should be between -2^53 and 2^53"},
      {"{min: \"8\", max: \"64\", step: \"8\"}",
       "@{min: \"-9007199254740993\", max: \"-9007199254740990\"}",
       "spec.parameters[1].feasibleSpace", "-9007199254740993 should be between -2^53 and 2^53"},
      {"{min: \"0.01\", max: \"0.05\"}", "@{min: \"0\", max: \"1\", step: \"1e-17\"}",
       "spec.parameters[0].feasibleSpace", "has more than 2^53 values; make the step larger"},
      {"{min: \"0.01\", max: \"0.05\"}",
       "@{min: \"1e15\", max: \"1000000000000001\", step: \"0.01\"}",
       "spec.parameters[0].feasibleSpace", "step 0.01 is lost beside 1e15"},
      {"{min: \"0.01\", max: \"0.05\"}", "@{min: \"-1e308\", max: \"1e308\"}",
       "spec.parameters[0].feasibleSpace", "the range from -1e308 to 1e308 is too wide"},
  };
}

// The document with the change, and where the mark was.
std::string Apply(const Case& one, int* line, int* column) {
  std::string text = kSound;
  const size_t at = text.find(one.from);
  REQUIRE(at != std::string::npos);
  text.replace(at, std::strlen(one.from), one.to);
  const size_t mark = text.find('@');
  REQUIRE(mark != std::string::npos);
  text.erase(mark, 1);
  *line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + mark, '\n'));
  *column = static_cast<int>(mark - (mark == 0 ? 0 : text.rfind('\n', mark - 1) + 1)) + 1;
  return text;
}

ParseResult Parse(const std::string& text) {
  return ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
}

}  // namespace

TEST_CASE("Every promised fault is found alone, at its place", "[validation]") {
  for (const auto& fault : Parse(kSound).faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(Parse(kSound).documents.size() == 1);
  const auto cases = GENERATE(as<std::vector<Case> (*)()>{}, NameCases, MissingCases, ValueCases)();
  for (const auto& one : cases) {
    CAPTURE(one.to);
    int line = 0, column = 0;
    const auto parsed = Parse(Apply(one, &line, &column));
    for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
    CHECK(parsed.documents.empty());
    REQUIRE(parsed.faults.size() == 1);
    const std::string place = fmt::format("f.yaml:{}:{}: {}: ", line, column, one.field);
    CHECK(parsed.faults[0].ToString().find(place) == 0);
    CHECK(parsed.faults[0].message.find(one.message) != std::string::npos);
  }
}

TEST_CASE("Faults of several documents come all at once", "[validation]") {
  // One for each table's first few, each in a document of its own, and a sound one between.
  std::string text;
  std::vector<std::string> expected;
  int lines = 0;
  for (const auto& cases : {NameCases(), MissingCases(), ValueCases()}) {
    for (size_t i = 1; i < 4; ++i) {
      int line = 0, column = 0;
      std::string document = Apply(cases[i], &line, &column);
      expected.push_back(fmt::format("f.yaml:{}:{}: {}: ", lines + line, column, cases[i].field));
      const size_t name = document.find("name: sound");
      if (name != std::string::npos) document.insert(name + 11, fmt::format("{}", expected.size()));
      text += document + "---\n";
      lines += static_cast<int>(std::count(document.begin(), document.end(), '\n')) + 1;
    }
    text += "---\n";
    ++lines;
  }
  text += kSound;
  const auto parsed = Parse(text);
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  CHECK(parsed.documents.empty());
  REQUIRE(parsed.faults.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    CHECK(parsed.faults[i].ToString().find(expected[i]) == 0);
  }
}

TEST_CASE("Two documents of one name are told apart by their place", "[validation]") {
  const auto parsed = Parse(kSound + "---\n" + kSound);
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].ToString().find("f.yaml:25:18: metadata.name: an earlier document") == 0);
  std::string other = kSound;
  other.replace(other.find("team"), 4, "crew");
  CHECK(Parse(kSound + "---\n" + other).documents.size() == 2);
}

TEST_CASE("Conditions that go in a circle are named", "[validation]") {
  std::string text = kSound;
  text.replace(text.find("max: \"0.05\"}"), 12,
               "max: \"0.05\"}, activeWhen: {parameter: batch, values: [\"16\"]}");
  text.replace(text.find("\"32\"]}"), 6, "\"32\"]}, activeWhen: {parameter: lr, values: [\"1\"]}");
  const auto parsed = Parse(text);
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(parsed.faults.size() == 2);
  CHECK(parsed.faults[0].field == "spec.parameters[0].activeWhen.parameter");
  CHECK(parsed.faults[1].field == "spec.parameters[2].activeWhen.parameter");
}

TEST_CASE("Text that is no UTF-8 is one fault at its place", "[validation]") {
  const std::string bytes = GENERATE("\xff", "\xc3(", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                                     "\xf5\x80\x80\x80", "\x80", "\xf0\x9f\x98");
  std::string text = kSound;
  text.replace(text.find("relu"), 4, "\xc3\xa9" + bytes);
  const auto parsed = Parse(text);
  REQUIRE(parsed.faults.size() == 1);
  CHECK(parsed.faults[0].line == 14);
  CHECK(parsed.faults[0].message.find("UTF-8") != std::string::npos);
  CHECK_FALSE(CheckEncoding("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n", "f").has_value());
}

}  // namespace qalam
