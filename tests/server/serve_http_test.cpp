// `qalam serve` and `qalam run --ui` as processes.

#include <absl/time/clock.h>
#include <httplib.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "tests/support/qalam_shell.h"

namespace qalam {

namespace {

// Of the line "web UI http://127.0.0.1:PORT" of the command started last.
int WebPort(const Shell& shell) {
  const Time deadline = absl::Now() + absl::Seconds(30);
  const std::string mark = "web UI http://127.0.0.1:";
  while (true) {
    const std::string output = shell.Output();
    const size_t at = output.find(mark);
    if (at != std::string::npos && output.find('\n', at) != std::string::npos) {
      return std::stoi(output.substr(at + mark.size()));
    }
    INFO(output);
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
}

}  // namespace

TEST_CASE("serve prints where the web UI is", "[server]") {
  Shell shell;
  const auto server = shell.Start({"serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  httplib::Client client("127.0.0.1", WebPort(shell));
  const auto info = client.Get("/api/v1/info");
  REQUIRE(info);
  CHECK(nlohmann::json::parse(info->body)["runsTrials"] == true);
  CHECK(nlohmann::json::parse(info->body)["operator"] == "process");
  CHECK(client.Get("/")->status == 200);
  server->Signal(SIGTERM);
  CHECK(server->Wait() == 0);
}

TEST_CASE("serve takes a free port when the usual one is taken, unless one was named", "[server]") {
  Shell first, second, third, fourth;
  const auto one = first.Start({"serve", "--listen", "127.0.0.1:0"});
  const int port = WebPort(first);
  const auto two = second.Start({"serve", "--listen", "127.0.0.1:0"});
  CHECK(WebPort(second) != port);
  const auto named =
      third.Run({"serve", "--listen", "127.0.0.1:0", "--http", fmt::format("127.0.0.1:{}", port)});
  CHECK(named.status == 1);
  CHECK(Has(named.text, fmt::format("cannot listen on 127.0.0.1:{} for HTTP", port)));
  for (const char* odd : {"nowhere", "127.0.0.1:x", "127.0.0.1:99999", ":80"}) {
    CAPTURE(odd);
    CHECK(fourth.Run({"serve", "--listen", "127.0.0.1:0", "--http", odd}).status == 1);
  }
  const auto open = fourth.Run({"serve", "--listen", "127.0.0.1:0", "--http", "0.0.0.0:0"});
  CHECK(open.status == 1);
  CHECK(Has(open.text, "--insecure"));
}

TEST_CASE("serve --http none serves no web UI", "[server]") {
  Shell shell;
  const auto server = shell.Start({"serve", "--listen", "127.0.0.1:0", "--http", "none"});
  const Time deadline = absl::Now() + absl::Seconds(30);
  while (!Has(shell.Output(), "database ")) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  CHECK_FALSE(Has(shell.Output(), "web UI"));
  // `run --ui` says so instead of waiting for nothing.
  const auto run = shell.Run({"run", "--ui", shell.Write("plain", "echo loss=$0", 1)});
  CHECK(run.status == 1);
  CHECK(Has(run.text, "has no web UI"));
}

TEST_CASE("run --ui shows the experiment and stays until Ctrl-C", "[server]") {
  Shell shell;
  const auto run = shell.Start({"run", "--ui", shell.Write("shown", "echo loss=$0", 3)});
  const int port = WebPort(shell);
  const Time deadline = absl::Now() + absl::Seconds(60);
  while (!Has(shell.Output(), "stays until Ctrl-C")) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  httplib::Client client("127.0.0.1", port);
  const auto answer = client.Get("/api/v1/experiments/default/shown");
  REQUIRE(answer);
  CHECK(nlohmann::json::parse(answer->body)["state"] == "Succeeded");
  run->Signal(SIGINT);
  CHECK(WEXITSTATUS(run->Wait()) == 0);
}

}  // namespace qalam
