// Metrics that the trial itself serves, in Prometheus' text format.

#include <absl/synchronization/mutex.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "base/files.h"
#include "controller/collector/free_port.h"
#include "controller/collector/http_get.h"
#include "controller/collector/prometheus_text.h"
#include "controller/collector/socket_address.h"
#include "tests/support/collected_trial.h"

namespace qalam::collector {
namespace {

// Answers each connection with bytes that were set, whatever is asked, and closes it.
class CannedServer {
 public:
  explicit CannedServer(int port) : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto address = SocketAddress::Of("127.0.0.1", port);
    const int yes = 1;
    setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    REQUIRE(bind(listener_.get(), address->get(), address->size()) == 0);
    REQUIRE(listen(listener_.get(), 16) == 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~CannedServer() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  // Empty: it never answers, and keeps the connection.
  void Answer(std::string answer) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  void AnswerWith(const std::string& content) {
    Answer("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + content);
  }
  std::string last_request() {
    absl::MutexLock lock(&mutex_);
    return last_request_;
  }
  int requests() {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  void Serve() {
    while (true) {
      FileDescriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.valid()) return;
      std::string request;
      char buffer[4096];
      ssize_t got = 1;
      while (got > 0 && request.find("\r\n\r\n") == std::string::npos) {
        got = recv(connection.get(), buffer, sizeof(buffer), 0);
        if (got > 0) request.append(buffer, got);
      }
      absl::MutexLock lock(&mutex_);
      last_request_ = request;
      ++requests_;
      if (answer_.empty()) {
        kept_.push_back(std::move(connection));
        continue;
      }
      // A collector that has had enough closes first.
      send(connection.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  const FileDescriptor listener_;
  absl::Mutex mutex_;
  std::string answer_ ABSL_GUARDED_BY(mutex_);
  std::string last_request_ ABSL_GUARDED_BY(mutex_);
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<FileDescriptor> kept_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

struct Fetched {
  std::string content, error;
  bool is_absent;
};

Fetched Fetch(const Endpoint& endpoint) {
  HttpGet get(endpoint);
  while (get.Advance()) {
    pollfd ready{get.descriptor(), get.events(), 0};
    REQUIRE(poll(&ready, 1, 10'000) == 1);
  }
  return {get.content(), get.error(), get.is_absent()};
}

void ScrapeAt(CollectedTrial& trial, int port) {
  trial.job().collector.kind = CollectorKind::kPrometheusMetric;
  trial.job().collector.http_get = {{"path", "/metrics"}, {"port", port}};
  trial.job().metric_names = {"loss", "loss{set=\"val\"}"};
}

}  // namespace

TEST_CASE("Samples of Prometheus' text are read as written", "[collector]") {
  struct Case {
    const char* line;
    const char* name;
    double value;
    int64_t time;
  };
  const auto one = GENERATE(values<Case>({
      {"loss 0.5", "loss", 0.5, 0},
      {"  loss\t+2.5e-1 1395066363000\r", "loss", 0.25, 1395066363000000},
      {"loss{set=\"val\"} 3", "loss{set=\"val\"}", 3, 0},
      {"loss{set=\"a } \\\" b\",x=\"\"} -Inf", "loss{set=\"a } \\\" b\",x=\"\"}", -INFINITY, 0},
      {"job:loss:rate5m 1", "job:loss:rate5m", 1, 0},
  }));
  CAPTURE(one.line);
  const auto sample = ParsePrometheusLine(one.line);
  REQUIRE(sample);
  CHECK(sample->name == one.name);
  CHECK(sample->value == one.value);
  CHECK(sample->time_microseconds.value_or(0) == one.time);
  CHECK(std::isnan(ParsePrometheusLine("loss NaN")->value));
}

TEST_CASE("What is no sample gives none", "[collector]") {
  const std::string line = GENERATE("", "   ", "# HELP loss The loss", "# TYPE loss gauge", "loss",
                                    "loss high", "loss{set=\"val\" 3", "loss 1x", "{a=\"b\"} ");
  CAPTURE(line);
  CHECK_FALSE(ParsePrometheusLine(line));
}

TEST_CASE("An endpoint is asked by HTTP, and what it answers is bounded", "[collector]") {
  Endpoint endpoint{"127.0.0.1", *FreePort("127.0.0.1"), "/m?a=b", {{"X-Key", "a b"}}};
  CHECK(Fetch(endpoint).is_absent);
  CannedServer server(endpoint.port);
  server.AnswerWith("loss 1\n");
  const auto fetched = Fetch(endpoint);
  CHECK(fetched.error.empty());
  CHECK(fetched.content == "loss 1\n");
  CHECK_THAT(server.last_request(), Catch::StartsWith("GET /m?a=b HTTP/1.0\r\nHost: 127.0.0.1:") &&
                                        Catch::Contains("\r\nX-Key: a b\r\n"));

  server.Answer("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nloss 1and more");
  CHECK(Fetch(endpoint).content.starts_with("loss 1"));
  server.Answer("HTTP/1.1 404 Not Found\r\n\r\nloss 1\n");
  CHECK(Fetch(endpoint).error == "it answers 404 Not Found");
  server.Answer("SSH-2.0-OpenSSH\r\n");
  CHECK(Fetch(endpoint).error == "its answer is no HTTP");
  server.Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nloss 1\r\n0\r\n\r\n");
  CHECK_FALSE(Fetch(endpoint).error.empty());
  server.AnswerWith(std::string(5 << 20, 'x'));
  CHECK_THAT(Fetch(endpoint).error, Catch::StartsWith("its answer is larger than"));
}

TEST_CASE("A trial's endpoint is scraped as it changes", "[collector]") {
  // Port 0: the trial is told its own.
  CollectedTrial trial("echo $QALAM_METRICS_PORT; until [ -e end ]; do sleep 0.01; done");
  ScrapeAt(trial, 0);
  trial.Submit();
  trial.WaitUntil([&] { return Catch::contains(trial.Output(), "\n"); });
  const int port = std::stoi(trial.Output());
  REQUIRE(port > 0);
  CannedServer server(port);
  server.AnswerWith("# TYPE loss gauge\nstep 1\nloss 0.5\nloss{set=\"val\"} 0.75\nother 3\n");
  trial.WaitUntil([&] { return trial.Points().size() == 2; });
  // The same once more is nothing new.
  const int before = server.requests();
  trial.WaitUntil([&] { return server.requests() > before + 1; });
  server.AnswerWith("step 2\nloss 0.5\nloss{set=\"val\"} 0.25\n");
  trial.WaitUntil([&] { return trial.Points().size() == 4; });
  // And the last one, once the command has ended.
  server.AnswerWith("step 3\nloss 0.125\n");
  REQUIRE(WriteFileAtomically(trial.handle() + "/end", "", false).ok());
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK(status.message == "the command exited with status 0");
  const auto points = trial.Points();
  REQUIRE(points.size() == 5);
  CHECK(points[0].metric == "loss");
  CHECK(points[0].step == 1);
  CHECK(points[1].metric == "loss{set=\"val\"}");
  CHECK(points[1].value == 0.75);
  CHECK(points[2].step == 2);
  CHECK(points[2].value == 0.5);
  CHECK(points[4].step == 3);
  CHECK(points[4].value == 0.125);
}

TEST_CASE("An endpoint that is absent, silent or wrong does not fail the trial", "[collector]") {
  const int port = *FreePort("127.0.0.1");
  std::optional<CannedServer> server;
  CollectedTrial trial("until [ -e end ]; do sleep 0.01; done");
  ScrapeAt(trial, port);
  std::string expected;
  SECTION("absent") { expected = "nobody answered at "; }
  SECTION("silent") {
    server.emplace(port);
    expected = "it did not answer in time";
  }
  SECTION("wrong") {
    server.emplace(port);
    server->Answer("HTTP/1.1 500 Oops\r\n\r\n");
    expected = "it answers 500 Oops";
  }
  trial.Submit();
  if (server) trial.WaitUntil([&] { return server->requests() > 0; });
  REQUIRE(WriteFileAtomically(trial.handle() + "/end", "", false).ok());
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK_THAT(status.message, Catch::Contains(expected));
  CHECK(trial.Points().empty());
}

}  // namespace qalam::collector
