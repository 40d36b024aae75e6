// What becomes of the program when its output cannot be written, or nobody reads it any more.

#include <absl/time/clock.h>
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

constexpr int kBrokenPipe = 128 + SIGPIPE;

// `qalam` on the shell's data with its standard output led elsewhere; ErrorsOf has the other one.
std::unique_ptr<ChildProcess> StartInto(int output, const Shell& shell,
                                        std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/bin/sh", "-c", R"(exec "$@" 2> "$0")",
                                       shell.File("errors"), QALAM_BIN "/qalam"});
  return std::make_unique<ChildProcess>(
      std::move(arguments), std::map<std::string, std::string>{{"XDG_DATA_HOME", shell.path()}},
      output);
}

std::string ErrorsOf(const Shell& shell) { return *ReadFile(shell.File("errors")); }

// As "head" does: what it prints first is read, and nothing after that.
std::unique_ptr<ChildProcess> StartAndLookAway(const Shell& shell,
                                               const std::vector<std::string>& arguments) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  auto program = StartInto(writer.get(), shell, arguments);
  writer.Close();
  char first[256];
  REQUIRE(read(reader.get(), first, sizeof(first)) > 0);
  return program;
}

int ExitStatus(ChildProcess& program) {
  const int status = program.Wait();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// An endless one would keep a test that fails for ever.
constexpr char kTenSeconds[] =
    "i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo tick; sleep 0.1; done; echo loss=$0";

}  // namespace

TEST_CASE("Output that a full disk does not take is no success", "[output]") {
  Shell shell;
  REQUIRE(shell.Run({"run", shell.Write("printed", "echo loss=$0", 2)}).status == 0);
  const FileDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"trials", "printed", "-o", "json"},
                                             {"get", "printed", "-o", "yaml"},
                                             {"token", "list"},
                                             {"db", "export", "-"},
                                             {"version"},
                                             {"run", "--help"}}) {
    CAPTURE(arguments);
    CHECK(ExitStatus(*StartInto(full.get(), shell, arguments)) == 1);
    CHECK(ErrorsOf(shell).starts_with("qalam: cannot write to standard output"));
  }
  // The secret is lost, and the token there, to be revoked.
  CHECK(ExitStatus(*StartInto(full.get(), shell, {"token", "create", "--role", "viewer"})) == 1);
  CHECK(Has(ErrorsOf(shell), "qalam token revoke"));
  CHECK(ExitStatus(*StartInto(full.get(), shell, {"--log-format", "json", "version"})) == 1);
  CHECK(nlohmann::json::accept(ErrorsOf(shell)));
  // A fault of its own is what the status tells of.
  CHECK(ExitStatus(*StartInto(full.get(), shell, {"get", "nobody"})) == 1);
  CHECK_FALSE(Has(ErrorsOf(shell), "standard output"));
}

TEST_CASE("logs -f ends when nobody reads on", "[output]") {
  Shell shell;
  ServedDatabase served;
  served.Start();
  REQUIRE(shell.Run({"submit", "--db", served.database(), shell.Write("ticking", kTenSeconds, 1)})
              .status == 0);
  const auto trials = [&] {
    return nlohmann::json::parse(
        shell.Run({"trials", "--db", served.database(), "ticking", "-o", "json"}).text);
  };
  const Time deadline = absl::Now() + absl::Seconds(60);
  while (trials()["trials"].empty()) REQUIRE(absl::Now() < deadline);
  const std::string trial = trials()["trials"][0]["name"];
  const auto program = StartAndLookAway(shell, {"logs", trial, "-f", "--db", served.database()});
  CHECK(ExitStatus(*program) == kBrokenPipe);
  CHECK(ErrorsOf(shell).empty());
  CHECK(trials()["trials"][0]["state"] == "TRIAL_RUNNING");
}

TEST_CASE("An export ends in silence when nobody reads on", "[output]") {
  Shell shell;
  REQUIRE(shell.Run({"run", shell.Write("long", "echo loss=$0", 200)}).status == 0);
  const auto program = StartAndLookAway(shell, {"db", "export", "-"});
  CHECK(ExitStatus(*program) == kBrokenPipe);
  CHECK(ErrorsOf(shell).empty());
}

TEST_CASE("run goes on with its trials unread, and leaves those of a server", "[output]") {
  Shell shell;
  auto run = StartAndLookAway(shell, {"run", shell.Write("mine", "sleep 0.1; echo loss=$0", 6)});
  CHECK(ExitStatus(*run) == kBrokenPipe);
  CHECK(ErrorsOf(shell).empty());
  CHECK(Has(shell.Run({"list"}).text, "6/6"));

  ServedDatabase served;
  served.Start();
  const std::string document = shell.Write("theirs", "sleep 0.2; echo loss=$0", 100);
  run = StartAndLookAway(shell, {"run", "--db", served.database(), document});
  CHECK(ExitStatus(*run) == kBrokenPipe);
  CHECK(ErrorsOf(shell).empty());
  CHECK(Has(shell.Run({"list", "--db", served.database()}).text, "Running"));
}

TEST_CASE("A server whose addresses were read alone ends well", "[output]") {
  Shell shell;
  const auto server =
      StartAndLookAway(shell, {"serve", "--listen", "127.0.0.1:0", "--http", "none"});
  server->Signal(SIGTERM);
  CHECK(ExitStatus(*server) == 0);
  CHECK(Has(ErrorsOf(shell), "stopping"));
}

}  // namespace qalam
