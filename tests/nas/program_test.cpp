#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "nas/architecture/edge_parameters.h"
#include "tests/nas/program_run.h"

namespace qalam::nas {
namespace {

const char kGenotypeText[] =
    "Genotype(normal=[[('convolution_3x3',0)],[('skip_connection',0)],[('convolution_3x3',1)]],"
    "normal_concat=range(1,4))";
const char kChainText[] = "[[0], [1, 1]]";
const char kChainConfig[] =
    "{'num_layers': 2, 'input_sizes': [8, 8, 1], 'output_sizes': [10], 'embedding': {"
    "'0': {'opt_id': 0, 'opt_type': 'convolution', 'opt_params': {'filter_size': '3', "
    "'num_filter': '16', 'stride': '1'}}, "
    "'1': {'opt_id': 1, 'opt_type': 'reduction', 'opt_params': {'reduction_type': 'max_pooling', "
    "'pool_size': 2}}}}";

std::vector<std::string> TrainArguments(const std::vector<std::string>& more,
                                        const std::string& epochs = "2") {
  std::vector<std::string> arguments = {"train",      "--threads", "1",        "--cells", "3",
                                        "--channels", "4",         "--epochs", epochs};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_CASE("help names every verb, and a wrong command line is bad input", "[nas][slow]") {
  const auto help = RunProgram({"--help"});
  CHECK(help.status == 0);
  for (const char* verb : {"train", "score", "show", "export", "parameters"}) {
    CHECK(help.said.find(verb) != std::string::npos);
    const auto of_verb = RunProgram({verb, "--help"});
    CHECK(of_verb.status == 0);
    CHECK(of_verb.said.find("Example:") != std::string::npos);
  }
  CHECK(RunProgram({}).status == 2);
  CHECK(RunProgram({"train", "--warp"}).status == 2);
}

TEST_CASE("training tells of steps, epochs and costs", "[nas]") {
  const auto run = RunProgram(TrainArguments({"--genotype", kGenotypeText}));
  CAPTURE(run.said);
  REQUIRE(run.status == 0);
  CHECK(run.said.find("step=10 loss=") != std::string::npos);
  CHECK(run.said.find("epoch=2 Train-Loss=") != std::string::npos);
  CHECK(std::stod(LastMetric(run.said, "Validation-Accuracy")) > 0.2);
  CHECK(std::stoll(LastMetric(run.said, "Parameters")) > 100);
  CHECK(std::stoll(LastMetric(run.said, "FLOPs")) > 1000);
  CHECK(std::stod(LastMetric(run.said, "Latency-Ms")) > 0);
}

TEST_CASE("one architecture trains alike from each form it is given in", "[nas][slow]") {
  const Genotype genotype = *ParseKatibGenotype(kGenotypeText);
  Genotype whole{.space = NasBench201Space(), .normal = genotype.normal};
  const TemporaryDirectory folder;
  std::ofstream(folder.File("genotype.json")) << PrintGenotype(whole);
  std::vector<std::string> edges;
  for (const auto& [name, value] : AssignmentsOf(whole)) {
    edges.insert(edges.end(), {"--edge", name + "=" + value});
  }
  const auto accuracy = [](const std::vector<std::string>& arguments) {
    const auto run = RunProgram(TrainArguments(arguments));
    CAPTURE(run.said);
    CHECK(run.status == 0);
    return LastMetric(run.said, "Validation-Accuracy");
  };
  const std::string from_text = accuracy({"--genotype", kGenotypeText});
  CHECK_FALSE(from_text.empty());
  CHECK(accuracy({"--genotype", folder.File("genotype.json")}) == from_text);
  CHECK(accuracy(edges) == from_text);
}

TEST_CASE("a chain trains from Katib's two values", "[nas]") {
  const auto run =
      RunProgram(TrainArguments({"--architecture", kChainText, "--nn_config", kChainConfig}));
  CAPTURE(run.said);
  REQUIRE(run.status == 0);
  // 16 filters of 3x3 with their normalisation; 17 channels into the last layer.
  CHECK(LastMetric(run.said, "Parameters") == std::to_string(16 * 9 + 32 + 17 * 10 + 10));
}

TEST_CASE("a training that was killed goes on and ends as an unbroken one", "[nas][slow]") {
  const TemporaryDirectory folder;
  std::vector<std::string> arguments = TrainArguments(
      {"--genotype", kGenotypeText, "--drop-path", "0.2", "--crop-padding", "1"}, "4");
  const auto unbroken = RunProgram(arguments);
  REQUIRE(unbroken.status == 0);
  arguments.insert(arguments.end(), {"--checkpoint", folder.path(), "--checkpoint-steps", "3"});
  arguments.insert(arguments.begin(), ProgramPath());
  int kills = 0;
  std::string said;
  for (const char* told : {"epoch=1 ", "step=40 ", "epoch=3 "}) {
    ProgramRun run(arguments);
    // It prints as it goes; an end without the words fails below.
    while (run.Said().find(told) == std::string::npos && kill(run.process().pid(), 0) == 0) {
      siginfo_t ended{};
      waitid(P_PID, run.process().pid(), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (ended.si_pid != 0) break;
    }
    run.process().Signal(SIGKILL);
    kills += run.Wait() == 128 + SIGKILL ? 1 : 0;
  }
  CHECK(kills == 3);
  ProgramRun last(arguments);
  CHECK(last.Wait() == 0);
  CHECK(last.Said().find("epoch=2 ") == std::string::npos);
  CHECK(LastMetric(last.Said(), "Validation-Accuracy") ==
        LastMetric(unbroken.said, "Validation-Accuracy"));
  CHECK(LastMetric(last.Said(), "Train-Loss") == LastMetric(unbroken.said, "Train-Loss"));
}

TEST_CASE("bad input is refused in a sentence and leaves nothing behind", "[nas][slow]") {
  const TemporaryDirectory folder;
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{"train"}, "an architecture should be given by one of"},
      {{"train", "--genotype", folder.File("none.json")}, "none.json"},
      {{"train", "--genotype", "Genotype(normal=[[('warp_3x3',0)]],normal_concat=range(1,2))"},
       "unknown operation warp_3x3"},
      {{"train", "--genotype", kGenotypeText, "--data", folder.path()}, "no data found"},
      {{"train", "--genotype", kGenotypeText, "--cells", "0"}, "should be 1 to 100, not 0"},
      {{"train", "--edge", "edge_1_0"}, "should be NAME=OPERATION"},
      {{"train", "--edge", "edge_1_0=none"}, "no value for edge_2_0"},
      {{"train", "--architecture", "[]", "--nn-config", kChainConfig}, "1 to 100 layers"},
      {{"train", "--genotype", kGenotypeText, "--drop-path", "2"}, "should be 0 to 0.9, not 2"},
      {{"export", "--genotype", kGenotypeText, "--checkpoint", folder.File("none"), "--output",
        folder.File("exported")},
       "there is no checkpoint"},
      {{"score", "--genotype", kGenotypeText, "--score", "luck"}, "should be synflow"},
      {{"show", "--genotype", "{}"}, "not a genotype"},
      {{"show", "--genotype", "Genotype(normal=[[('warp_3x3',0)]],normal_concat=range(1,2))",
        "--output", folder.File("cell.svg")},
       "unknown operation warp_3x3"},
      {{"search", "--operations", "", "--output", folder.File("cell.json")},
       "at least one operation is needed"},
      {{"search", "--output", folder.File(std::string(300, 'x'))}, "--output"},
      {{"search", "--operations", "[]"}, "at least one operation is needed"},
      {{"search", "--cells", "200"}, "should be 1 to 100, not 200"},
  };
  for (const auto& [arguments, message] : cases) {
    const auto run = RunProgram(arguments);
    CAPTURE(message, run.said);
    CHECK(run.status == 2);
    CHECK(run.said.rfind("qalam-nas: ", 0) == 0);
    CHECK(run.said.find(message) != std::string::npos);
    CHECK(std::count(run.said.begin(), run.said.end(), '\n') == 1);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("an architecture is drawn in each form", "[nas]") {
  const TemporaryDirectory folder;
  const auto svg =
      RunProgram({"show", "--genotype", kGenotypeText, "--output", folder.File("cell.svg")});
  CHECK(svg.status == 0);
  CHECK(svg.said.empty());
  CHECK(ReadFile(folder.File("cell.svg")).value_or("").find("convolution 3x3") !=
        std::string::npos);
  const auto dot = RunProgram(
      {"show", "--architecture", kChainText, "--nn-config", kChainConfig, "--format", "dot"});
  CHECK(dot.said.rfind("digraph", 0) == 0);
  const auto json = RunProgram({"show", "--genotype", kGenotypeText, "--format", "json"});
  CHECK(json.said.find("\"kind\": \"sum\"") != std::string::npos);
}

TEST_CASE("one architecture is scored, and many are ranked into initial trials", "[nas]") {
  const auto one = RunProgram(
      {"score", "--genotype", kGenotypeText, "--cells", "3", "--channels", "4", "--threads", "1"});
  CAPTURE(one.said);
  CHECK(one.status == 0);
  for (const char* name : {"synflow", "naswot", "jacobian-covariance", "Parameters", "FLOPs"}) {
    CHECK_FALSE(LastMetric(one.said, name).empty());
  }
  const auto many = RunProgram({"score", "--sample", "6", "--initial-trials", "2", "--cells", "3",
                                "--channels", "4", "--threads", "1", "--batch-size", "8"});
  CAPTURE(many.said);
  CHECK(many.status == 0);
  CHECK(many.said.rfind("  initialTrials:\n    - edge_1_0: \"", 0) == 0);
  CHECK(std::count(many.said.begin(), many.said.end(), '\n') == 1 + 2 * 6);
  const auto table = RunProgram({"score", "--sample", "6", "--score", "synflow", "--cells", "3",
                                 "--channels", "4", "--threads", "1", "--batch-size", "8"});
  CHECK(std::count(table.said.begin(), table.said.end(), '\n') == 1 + 6);
}

TEST_CASE("a space is printed as parameters", "[nas]") {
  const auto run = RunProgram({"parameters", "--space", "nas-bench-201"});
  CHECK(run.status == 0);
  CHECK(run.said.rfind("  parameters:\n    - name: edge_1_0\n", 0) == 0);
}

}  // namespace
}  // namespace qalam::nas
