// Scores of untrained architectures as the first trials of an experiment, with the real programs.

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

class PipeShell {
 public:
  // What the shell's commands print on both streams; they find the programs as users do.
  std::string Run(const std::string& commands) {
    const std::string path = directory_.File("output");
    {
      const FileDescriptor file(open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
      ChildProcess shell({"sh", "-ec", commands},
                         {{"XDG_DATA_HOME", directory_.path()},
                          {"PATH", std::string(QALAM_BIN) + ":" + std::getenv("PATH")}},
                         file.get());
      status_ = shell.Wait();
    }
    return ReadFile(path).value_or("");
  }
  int status() const { return status_; }

 private:
  TemporaryDirectory directory_;
  int status_ = -1;
};

// The points that `qalam-nas score --initial-trials` prints: "- NAME: "VALUE"" begins one.
std::vector<std::map<std::string, std::string>> PrintedPoints(const std::string& text) {
  std::vector<std::map<std::string, std::string>> points;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t name = line.find_first_not_of(" -"), colon = line.find(": \"");
    if (colon == std::string::npos) continue;
    if (line.find("- ") < name) points.emplace_back();
    points.back()[line.substr(name, colon - name)] =
        line.substr(colon + 3, line.rfind('"') - colon - 3);
  }
  return points;
}

}  // namespace

TEST_CASE("An experiment begins with the cells that score best before training", "[nas][slow]") {
  const std::string example = QALAM_SOURCE "/examples/nas/warm-start.yaml";
  const std::string score =
      "qalam-nas score --space=nas-bench-201 --cells=4 --channels=8 --sample=12 --batch-size=8 "
      "--threads=1 --initial-trials=2";
  PipeShell shell;
  const auto best = PrintedPoints(shell.Run(score));
  REQUIRE(shell.status() == 0);
  REQUIRE(best.size() == 2);
  CHECK(best[0].size() == 6);
  const std::string said = shell.Run("{ sed 's/maxTrialCount: 12/maxTrialCount: 3/' " + example +
                                     "; " + score + "; } | qalam run -");
  INFO(said);
  REQUIRE(shell.status() == 0);
  const std::string listed = shell.Run("qalam trials nas-warm-start -o json");
  INFO(listed);
  const auto trials = nlohmann::json::parse(listed)["trials"];
  REQUIRE(trials.size() == 3);
  for (size_t i = 0; i < best.size(); ++i) {
    std::map<std::string, std::string> tried;
    for (const auto& parameter : trials[i]["parameters"]) {
      tried[parameter["name"].get<std::string>()] = parameter["value"].get<std::string>();
    }
    CHECK(tried == best[i]);
  }
}

}  // namespace qalam
