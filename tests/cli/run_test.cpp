// The real program on real experiments.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/qalam_shell.h"

namespace qalam {

TEST_CASE("An experiment is run, looked at and deleted", "[cli]") {
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("good", "echo loss=$0", 6)});
  INFO(run.text);
  CHECK(run.status == 0);
  CHECK(Has(run.text, "MaxTrialsReached"));
  CHECK(Has(shell.Run({"list"}).text, "6/6"));
  const auto trials = nlohmann::json::parse(shell.Run({"trials", "good", "-o", "json"}).text);
  REQUIRE(trials["trials"].size() == 6);
  const auto best = nlohmann::json::parse(shell.Run({"best", "good", "-o", "json"}).text);
  for (const auto& trial : trials["trials"]) {
    CHECK(best["objectiveValue"].get<double>() <= trial["objectiveValue"].get<double>());
  }
  const auto logs = shell.Run({"logs", best["name"].get<std::string>()});
  CHECK(logs.text == "loss=" + best["parameters"][0]["value"].get<std::string>() + "\n");
  CHECK(Has(shell.Run({"get", "good", "-o", "yaml"}).text, "objectiveMetricName: loss"));
  CHECK(shell.Run({"delete", "good"}).status == 0);
  CHECK(shell.Run({"get", "good"}).status == 1);
}

TEST_CASE("An unknown operator is refused with those that there are", "[cli]") {
  Shell shell;
  const std::string document = shell.Write("lost", "echo loss=$0", 1);
  const auto verb = GENERATE("run", "serve");
  const auto refused =
      std::string(verb) == "run"
          ? shell.Run({"run", "--operator", "abacus", document})
          : shell.Run({"serve", "--operator", "abacus", "--listen", "127.0.0.1:0"});
  CHECK(refused.status == 2);
  CHECK(Has(refused.text, "there is no operator \"abacus\"; there is: process"));
}

TEST_CASE("A failing experiment exits with 1 and says why", "[cli]") {
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("bad", "exit 3", 4)});
  CHECK(run.status == 1);
  CHECK(Has(run.text, "MaxFailedTrialsReached"));
  CHECK(Has(run.text, "exited with status 3"));
}

TEST_CASE("An objective in words is shown, and the last trial that gave it", "[cli]") {
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("words", "echo \"loss=Genotype(<$0>)\"", 2)});
  INFO(run.text);
  CHECK(run.status == 0);
  const auto trials = nlohmann::json::parse(shell.Run({"trials", "words", "-o", "json"}).text);
  for (const auto& trial : trials["trials"]) {
    CHECK(trial["state"] == "TRIAL_SUCCEEDED");
    CHECK(trial["metrics"][0]["text"] ==
          "Genotype(<" + trial["parameters"][0]["value"].get<std::string>() + ">)");
    CHECK_FALSE(trial.contains("objectiveValue"));
  }
  const auto best = shell.Run({"best", "words"});
  CHECK(best.status == 0);
  CHECK(Has(best.text, "Genotype(<"));
}

TEST_CASE("A trial without its metric is told apart", "[cli]") {
  Shell shell;
  const auto script = GENERATE("echo acc=1", "echo loss=nan");
  const auto run = shell.Run({"run", shell.Write("silent", script, 2)});
  CHECK(run.status == 1);
  CHECK(Has(run.text,
            std::string(script) == "echo acc=1" ? "MetricsUnavailable" : "ObjectiveNotANumber"));
}

TEST_CASE("A broken document shows all its faults", "[cli]") {
  Shell shell;
  const std::string path = shell.Write("broken_name", "true", 0);
  for (const char* verb : {"run", "validate"}) {
    const auto outcome = shell.Run({verb, path});
    CHECK(outcome.status == 1);
    CHECK(Has(outcome.text, "broken_name.yaml:3:18: metadata.name"));
    CHECK(Has(outcome.text, "spec.maxTrialCount"));
    CHECK(Has(outcome.text, "is not used") == false);
  }
}

TEST_CASE("Of several documents with a fault none is created, and every fault is shown", "[cli]") {
  Shell shell;
  std::string text = *ReadFile(shell.Write("first", "echo loss=$0", 2)) + "---\n" +
                     *ReadFile(shell.Write("second", "echo loss=$0", 2));
  // More than fits into the status of a gRPC call.
  constexpr int kFaults = 300;
  for (int i = 0; i < kFaults; ++i)
    text += fmt::format("      odd{}: {}\n", i, "${trialParameters.y}");
  const std::string path = shell.File("several.yaml");
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  std::unique_ptr<ChildProcess> server;
  for (const char* verb : {"run", "submit"}) {
    if (std::string(verb) == "submit") {
      server = shell.Start({"serve", "--listen", "127.0.0.1:0"});
      const auto deadline = absl::Now() + absl::Seconds(30);
      while (!Has(shell.Output(), "listening on") && absl::Now() < deadline) {
        absl::SleepFor(absl::Milliseconds(10));
      }
    }
    const auto outcome = shell.Run({verb, path});
    CAPTURE(verb, outcome.text.substr(0, 1000));
    CHECK(outcome.status == 1);
    CHECK(Has(outcome.text, "trialSpec.odd0: ${trialParameters.y} has no trialParameter"));
    CHECK(Has(outcome.text, fmt::format("trialSpec.odd{}: ", kFaults - 1)));
  }
  CHECK_FALSE(Has(shell.Run({"list"}).text, "first"));
}

TEST_CASE("A document that is no UTF-8 is refused in a sentence", "[cli]") {
  Shell shell;
  const std::string path = shell.Write("latin", "echo caf\xe9", 2);
  const auto outcome = shell.Run({GENERATE("run", "validate"), path});
  CHECK(outcome.status == 1);
  CHECK(Has(outcome.text, "latin.yaml:"));
  CHECK(Has(outcome.text, "is not UTF-8"));
}

TEST_CASE("Ctrl-C stops an experiment, and resume goes on with it", "[cli]") {
  Shell shell;
  const std::string path = shell.Write("long", "sleep 0.1; echo loss=$0", 60);
  auto run = shell.Start({"run", path});
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (!Has(shell.Output(), "succeeded")) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  run->Signal(SIGINT);
  const int status = run->Wait();
  CHECK(WEXITSTATUS(status) == 130);
  CHECK(Has(shell.Output(), "qalam resume long"));
  CHECK(Has(shell.Run({"list"}).text, "Stopped"));
  const auto resumed = shell.Run({"resume", "long"});
  INFO(resumed.text);
  CHECK(resumed.status == 0);
  CHECK(Has(resumed.text, "60/60"));
}

TEST_CASE("A file of several experiments goes on with those that have not ended", "[cli]") {
  Shell shell;
  const std::string gate = shell.File("gate");
  const std::string first = *ReadFile(shell.Write("quick", "echo loss=$0", 2));
  const std::string second = *ReadFile(
      shell.Write("slow", "while [ ! -e " + gate + " ]; do sleep 0.02; done; echo loss=$0", 6));
  const std::string path = shell.File("both.yaml");
  REQUIRE(WriteFileAtomically(path, first + "---\n" + second, false).ok());
  auto run = shell.Start({"run", path});
  const auto deadline = absl::Now() + absl::Seconds(20);
  // Followed only once the first has ended.
  while (!Has(shell.Output(), "slow")) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  run->Signal(SIGINT);
  CHECK(WEXITSTATUS(run->Wait()) == 130);
  REQUIRE(WriteFileAtomically(gate, "", false).ok());
  const auto again = shell.Run({"run", path});
  INFO(again.text);
  CHECK(again.status == 0);
  CHECK(Has(again.text, "the experiment quick has ended already"));
  CHECK(Has(again.text, "going on with the experiment slow"));
  const auto listed = nlohmann::json::parse(shell.Run({"list", "-o", "json"}).text);
  for (const auto& experiment : listed["experiments"]) {
    CHECK(experiment["state"] == "EXPERIMENT_SUCCEEDED");
  }
  // Nothing is left to go on with.
  const auto third = shell.Run({"run", path});
  CHECK(third.status == 1);
  CHECK(Has(third.text, "quick, slow"));
  CHECK(Has(third.text, "qalam delete"));
  // One that is there no more, or was added to the file, is not made in silence or by half.
  REQUIRE(shell.Run({"delete", "quick"}).status == 0);
  const auto half = shell.Run({"run", path});
  CHECK(half.status == 1);
  CHECK(Has(half.text, "quick is not"));
}

TEST_CASE("Every verb has an example in its help", "[cli]") {
  Shell shell;
  const std::string verb =
      GENERATE("run", "serve", "suggestion", "submit", "validate", "list", "get", "trials", "best",
               "logs", "stop", "pause", "resume", "edit", "add", "report", "delete", "algorithms",
               "completion", "version");
  const auto help = shell.Run({verb, "--help"});
  CHECK(help.status == 0);
  CHECK(Has(help.text, "Example:\n  "));
}

}  // namespace qalam
