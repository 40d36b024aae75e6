// The algorithms whose trials build on one another, end to end.

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

struct FinishedTrial {
  int64_t number = 0;
  std::string name, state, work_dir;
  double objective = 0;  // 0 without one
  std::map<std::string, std::string> parameters, labels;
};

FinishedTrial Read(const nlohmann::json& json) {
  FinishedTrial trial;
  trial.number = std::stoll(json["number"].get<std::string>());
  trial.name = json["name"];
  trial.state = json["state"];
  trial.work_dir = json["workDir"];
  trial.objective = json.value("objectiveValue", 0.0);
  trial.labels = json["labels"].get<std::map<std::string, std::string>>();
  for (const auto& parameter : json["parameters"]) {
    trial.parameters[parameter["name"]] = parameter["value"];
  }
  return trial;
}

// A database with one experiment in it, whose trials run a script of sh with two arguments: the
// parameters x ($0) and epochs ($1).
class OneExperiment {
 public:
  std::string File(const std::string& name) const { return directory_.File(name); }

  // `spec` holds the lines that differ. Returns the trials by number; all have ended.
  std::vector<FinishedTrial> Run(const std::string& spec, const std::string& script) {
    const std::string document = File("experiment.yaml");
    REQUIRE(WriteFileAtomically(document,
                                fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: one}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  seed: 3
{}
  parameters:
    - {{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}
    - {{name: epochs, parameterType: int, feasibleSpace: {{min: "1", max: "9"}}}}
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}, {{name: epochs, reference: epochs}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - name: main
                command:
                  - sh
                  - -c
                  - '{}'
                  - '${{trialParameters.x}}'
                  - '${{trialParameters.epochs}}'
)",
                                            spec, script),
                                false)
                .ok());
    const std::string text = Qalam({"run", document});
    INFO(text);
    const auto reply = nlohmann::json::parse(Qalam({"trials", "one", "-o", "json"}));
    std::vector<FinishedTrial> trials;
    for (const auto& trial : reply["trials"]) trials.push_back(Read(trial));
    std::sort(trials.begin(), trials.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    CHECK(text.find("MaxTrialsReached") != std::string::npos);
    return trials;
  }

 private:
  // What the command prints.
  std::string Qalam(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    const FileDescriptor file(
        open(File("output").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    ChildProcess(std::move(arguments), {{"XDG_DATA_HOME", directory_.path()}}, file.get()).Wait();
    return *ReadFile(File("output"));
  }

  const TemporaryDirectory directory_;
};

bool Succeeded(const FinishedTrial& trial) { return trial.state == "TRIAL_SUCCEEDED"; }

}  // namespace

TEST_CASE("A checkpoint holds its trial's whole line of parents", "[cli][pbt]") {
  constexpr size_t kMembers = 5, kTrials = 30;
  const bool alone = GENERATE(true, false);
  OneExperiment experiment;
  const std::string shared = experiment.File("checkpoints");
  // The first trial to begin fails, and so has no children.
  const auto trials =
      experiment.Run(fmt::format(R"(  algorithm:
    algorithmName: pbt
    algorithmSettings:
      - {{name: n_population, value: "{}"}}
      - {{name: suggestion_trial_dir, value: "{}"}}
  maxTrialCount: {}
  parallelTrialCount: {}
  maxFailedTrialCount: 1)",
                                 kMembers, alone ? "" : shared, kTrials, alone ? 1 : 3),
                     fmt::format("mkdir {} 2> /dev/null && exit 1; cd \"$QALAM_CHECKPOINT_DIR\" && "
                                 "echo \"$QALAM_TRIAL_NAME\" >> line && echo loss=$0",
                                 experiment.File("failed")));
  REQUIRE(trials.size() == kTrials);
  CHECK(std::count_if(trials.begin(), trials.end(), Succeeded) == kTrials - 1);
  std::vector<std::string> lines(kTrials);
  int taken_over = 0;
  for (const auto& trial : trials) {
    CAPTURE(trial.number);
    const auto number = static_cast<size_t>(trial.number);
    CHECK(trial.labels.at("generation") == std::to_string(number / kMembers));
    if (const auto label = trial.labels.find("parent"); label != trial.labels.end()) {
      const size_t parent = std::stoul(label->second);
      REQUIRE(parent < number);
      CHECK(Succeeded(trials[parent]));
      lines[number] = lines[parent];
      if (parent % kMembers != number % kMembers) ++taken_over;
    }
    if (!Succeeded(trial)) continue;
    lines[number] += trial.name + "\n";
    const std::string folder =
        alone ? trial.work_dir + "/checkpoint" : fmt::format("{}/{}", shared, trial.name);
    CHECK(ReadFile(folder + "/line").value_or("missing") == lines[number]);
  }
  CHECK(taken_over > 0);
  CHECK(std::count(lines.back().begin(), lines.back().end(), '\n') > 2);
}

TEST_CASE("The best of each rung go on, and one that fails blocks nobody", "[cli][asha]") {
  const std::string algorithm = GENERATE("asha", "hyperband", "bohb");
  CAPTURE(algorithm);
  OneExperiment experiment;
  // Of those that trained for three epochs the first to begin fails.
  const auto trials =
      experiment.Run(fmt::format(R"(  algorithm:
    algorithmName: {}
    algorithmSettings: [{{name: resource_name, value: epochs}}]
  maxTrialCount: 60
  parallelTrialCount: 2
  maxFailedTrialCount: 1)",
                                 algorithm),
                     fmt::format("[ $1 = 3 ] && mkdir {} 2> /dev/null && exit 1; echo loss=$0",
                                 experiment.File("failed")));
  REQUIRE(trials.size() == 60);
  const std::map<std::string, int> level_of = {{"1", 0}, {"3", 1}, {"9", 2}};
  std::map<std::string, std::map<int, const FinishedTrial*>> by_configuration;
  std::map<int, int> promoted_to;
  for (const auto& trial : trials) {
    CAPTURE(trial.number);
    const int level = level_of.at(trial.parameters.at("epochs"));
    auto& earlier = by_configuration[trial.parameters.at("x")];
    const int bracket = std::stoi(trial.labels.at("bracket"));
    const int rung = std::stoi(trial.labels.at("rung"));
    // Bracket 2 begins at one epoch, bracket 0 at nine.
    CHECK(rung == level - (2 - bracket));
    CHECK(bracket == (algorithm == "asha" ? 2 : bracket));
    CHECK(earlier.empty() == (rung == 0));
    if (rung > 0) {
      REQUIRE(earlier.contains(level - 1));
      CHECK(Succeeded(*earlier[level - 1]));
      CHECK(earlier[level - 1]->labels.at("bracket") == trial.labels.at("bracket"));
      ++promoted_to[level];
      // Among those that began before it on the rung that it left, two thirds did no better.
      int better = 0, all = 0;
      for (const auto& other : trials) {
        if (other.number >= trial.number || !Succeeded(other)) continue;
        if (other.labels.at("bracket") != trial.labels.at("bracket")) continue;
        if (std::stoi(other.labels.at("rung")) != rung - 1) continue;
        ++all;
        better += other.objective < earlier[level - 1]->objective;
      }
      CHECK(3 * better <= all + 3);
    }
    earlier[level] = &trial;
  }
  CHECK(std::count_if(trials.begin(), trials.end(), Succeeded) == 59);
  CHECK(promoted_to[1] >= 3);
  CHECK(promoted_to[2] >= 1);
}

}  // namespace qalam
