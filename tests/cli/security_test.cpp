// What a server says, as a process of its own: nothing secret, and loudly where it is open.

#include <absl/time/clock.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

constexpr char kSharedToken[] = "0123456789abcdef-of-the-file";
constexpr char kApiKey[] = "s3cr3t-of-the-trial";

// Its trials report only where they have the secret, and fail.
std::string DocumentWithSecret() {
  return fmt::format(R"yaml(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: hidden}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: 2
  parallelTrialCount: 1
  maxFailedTrialCount: 2
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  metricsCollectorSpec: {{collector: {{kind: Push}}}}
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - name: main
                env: [{{name: WANDB_API_KEY, value: {}}}]
                command:
                  - sh
                  - -c
                  - test "${{#WANDB_API_KEY}}" = {} && qalam report loss=1; exit 3
                  - ${{trialParameters.x}}
)yaml",
                     kApiKey, std::string_view(kApiKey).size());
}

}  // namespace

TEST_CASE("No secret is in anything that a server writes or answers", "[security]") {
  Shell shell;
  const std::string file = shell.File("token");
  REQUIRE(WriteFileAtomically(file, std::string(kSharedToken) + "\n", false).ok());
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--token-file", file});
  REQUIRE(setenv("QALAM_LOG_LEVEL", "trace", 1) == 0);
  served.Start();
  unsetenv("QALAM_LOG_LEVEL");
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", served.Address(), "--token-file", file});
    return shell.Run(arguments);
  };
  const auto made = run({"token", "create", "--role", "editor", "-A", "--expires", "never"});
  REQUIRE(made.status == 0);
  const std::string secret = made.text.substr(0, made.text.find('\n'));
  REQUIRE(secret.starts_with("qalam_"));
  const std::string hidden_part = secret.substr(secret.rfind('_') + 1);

  const std::string document = shell.File("hidden.yaml");
  REQUIRE(WriteFileAtomically(document, DocumentWithSecret(), false).ok());
  REQUIRE(run({"submit", document}).status == 0);
  const Time deadline = absl::Now() + absl::Seconds(60);
  std::string shown;
  do {
    REQUIRE(absl::Now() < deadline);
    shown = run({"get", "hidden", "-o", "json"}).text;
    absl::SleepFor(absl::Milliseconds(50));
  } while (!Has(shown, "SUCCEEDED") && !Has(shown, "FAILED"));
  // The trial had the value all the same.
  const std::string trials = run({"trials", "hidden", "-o", "json"}).text;
  REQUIRE(Has(trials, "\"loss\""));
  shown += trials;

  shown += run({"get", "hidden", "-o", "yaml"}).text;
  REQUIRE(Has(shown, "********"));
  // One who has only seen it does not have it.
  const std::string copy = shell.File("copy.yaml");
  REQUIRE(WriteFileAtomically(copy, run({"get", "hidden", "-o", "yaml"}).text, false).ok());
  const auto again = run({"validate", copy});
  CHECK(again.status != 0);
  CHECK(Has(again.text, "WANDB_API_KEY"));
  shown += again.text;
  shown += run({"list", "-o", "json"}).text + run({"token", "list"}).text;
  shown += run({"audit", "-A"}).text;
  REQUIRE(Has(shown, "CreateToken"));
  // Tokens that are wrong, in part or in place, are told of without being told.
  for (const std::string& wrong : {secret + "0", std::string(kSharedToken) + "0"}) {
    const std::string wrong_file = shell.File("wrong");
    REQUIRE(WriteFileAtomically(wrong_file, wrong, false).ok());
    REQUIRE(chmod(wrong_file.c_str(), 0600) == 0);
    const auto refused =
        shell.Run({"list", "--server", served.Address(), "--token-file", wrong_file});
    CHECK(refused.status == 1);
    shown += refused.text;
  }
  served.Stop();
  shown += served.Output();
  for (const std::string& hidden : {std::string(kSharedToken), hidden_part, std::string(kApiKey)}) {
    CAPTURE(hidden);
    const size_t place = shown.find(hidden);
    INFO(shown.substr(
        place == std::string::npos ? shown.size() : place - std::min<size_t>(place, 200), 400));
    CHECK(place == std::string::npos);
  }
  // Nor, but for the trial's own, in any file but the database.
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(served.database()).parent_path())) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().filename().string();
    const std::string text = *ReadFile(entry.path().string());
    CAPTURE(entry.path().string());
    CHECK_FALSE(Has(text, hidden_part));
    CHECK_FALSE(Has(text, kSharedToken));
    if (name == "job.json") {
      ++files;
      CHECK((entry.status().permissions() & std::filesystem::perms(0077)) ==
            std::filesystem::perms::none);
    } else if (!name.starts_with("qalam.db")) {
      CHECK_FALSE(Has(text, kApiKey));
    }
  }
  CHECK(files == 2);
}

TEST_CASE("A server told to be --insecure says so loudly", "[security]") {
  ServedDatabase served({"--listen", "0.0.0.0:0", "--http", "none", "--insecure"});
  served.Start();
  CHECK(Has(served.Output(), "INSECURE: whoever reaches this server may do everything here"));
  ServedDatabase closed({"--listen", "127.0.0.1:0", "--http", "none", "--insecure"});
  closed.Start();
  CHECK_FALSE(Has(closed.Output(), "INSECURE"));
}

TEST_CASE("Tokens are made, listed and revoked by verbs, also without a server", "[security]") {
  Shell shell;
  const auto made = shell.Run({"token", "create", "--role", "viewer", "-n", "team", "--expires",
                               "12h", "--description", "for Ann"});
  REQUIRE(made.status == 0);
  const std::string id = made.text.substr(6, 12);
  CHECK(Has(made.text, "the only time that its secret is shown"));
  const auto listed = shell.Run({"token", "list"});
  CHECK(Has(listed.text, id));
  CHECK(Has(listed.text, "for Ann"));
  CHECK(Has(listed.text, "good"));
  CHECK(shell.Run({"token", "revoke", id}).status == 0);
  CHECK(Has(shell.Run({"token", "list"}).text, "revoked"));
  CHECK(shell.Run({"token", "revoke", "none"}).status == 1);
  for (const char* lifetime : {"", "30", "d", "-1d", "30x", "nand"}) {
    CAPTURE(lifetime);
    CHECK(shell.Run({"token", "create", "--role", "viewer", "--expires", lifetime}).status != 0);
  }
  CHECK(shell.Run({"token", "create", "--role", "boss"}).status == 2);
  const auto audit = shell.Run({"audit", "-A"});
  CHECK(Has(audit.text, "CreateToken"));
  CHECK(Has(audit.text, "RevokeToken"));
}

}  // namespace qalam
