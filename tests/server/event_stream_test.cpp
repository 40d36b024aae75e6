// Server-sent events over real sockets, from real experiments.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>

#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "server/http/event_subscription.h"
#include "server/http/log_follower.h"
#include "tests/support/event_client.h"
#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

// A trial that runs until the file GO is there.
std::string Waiting(const HttpFixture& fixture, const std::string& then) {
  return fmt::format("while [ ! -e {} ]; do sleep 0.02; done; {}", fixture.File("go"), then);
}

void Go(const HttpFixture& fixture) {
  REQUIRE(WriteFileAtomically(fixture.File("go"), "", false).ok());
}

std::string RunningTrial(HttpFixture& fixture, const std::string& experiment) {
  fixture.WaitFor(experiment, [](const Json& e) { return e["counts"]["running"] > 0; });
  return fixture.GetJson("/experiments/default/" + experiment + "/trials/0")["name"];
}

void Report(HttpFixture& fixture, const std::string& trial, double value, int64_t step) {
  const auto stub = v1::ExperimentService::NewStub(fixture.server().InProcessChannel());
  grpc::ClientContext context;
  v1::ReportMetricsRequest request;
  v1::ReportMetricsReply reply;
  auto* points = request.add_trials();
  points->mutable_trial()->set_name(trial);
  auto* point = points->add_points();
  point->set_metric("loss");
  point->set_value(value);
  point->set_step(step);
  const auto status = FromGrpc(stub->ReportMetrics(&context, request, &reply));
  INFO(Message(status));
  REQUIRE(status.ok());
}

}  // namespace

TEST_CASE("A stream shows an experiment's life from its creation to its deletion", "[server]") {
  HttpFixture fixture;
  EventClient all(fixture.port(), "topics=experiments");
  EventClient one(fixture.port(), "topics=experiment/default/seen");
  REQUIRE(all.WaitForId());
  REQUIRE(one.WaitForId());
  fixture.Create("seen", "echo loss=$0", 3);
  const auto is_done = [](const ServerEvent& event) {
    return event.name == "experiment" && event.data["experiment"]["state"] == "Succeeded";
  };
  const auto done = all.Next(is_done);
  REQUIRE(done);
  CHECK(done->data["experiment"] == fixture.GetJson("/experiments")["experiments"][0]);

  std::map<int64_t, std::string> states;
  const auto succeeded = one.Next([&](const ServerEvent& event) {
    if (event.name == "trials") {
      CHECK(event.data["experiment"] == "default/seen");
      for (const auto& trial : event.data["trials"]) states[trial["number"]] = trial["state"];
    }
    return is_done(event);
  });
  CHECK(succeeded);
  CHECK(states ==
        std::map<int64_t, std::string>{{0, "Succeeded"}, {1, "Succeeded"}, {2, "Succeeded"}});

  CHECK(fixture.Delete("/experiments/default/seen").status == 204);
  for (auto* stream : {&all, &one}) {
    const auto deleted = stream->NextNamed("deleted");
    REQUIRE(deleted);
    CHECK(deleted->data == Json{{"namespace", "default"}, {"name", "seen"}});
  }
}

TEST_CASE("A metric point is on the stream soon after it is acknowledged", "[server]") {
  HttpFixture fixture;
  fixture.Create("quick", Waiting(fixture, "echo loss=1"), 1);
  const std::string trial = RunningTrial(fixture, "quick");
  EventClient stream(fixture.port(), "topics=trial/default/" + trial);
  REQUIRE(stream.WaitForId());
  Duration total = absl::ZeroDuration();
  constexpr int kPoints = 10;
  for (int i = 0; i < kPoints; ++i) {
    Report(fixture, trial, i, i);
    const Time acknowledged = absl::Now();
    const auto event = stream.NextNamed("metrics");
    REQUIRE(event);
    total += absl::Now() - acknowledged;
    CHECK(event->data["trial"] == "default/" + trial);
    CHECK(event->data["series"][0]["values"] == Json::array({double(i)}));
    CHECK(event->data["series"][0]["steps"] == Json::array({i}));
  }
  // The aim is 200 ms; a busy machine is given more.
  CHECK(total / kPoints < absl::Milliseconds(400));
  Go(fixture);
  const auto ended = stream.Next([](const ServerEvent& event) {
    return event.name == "trial" && event.data["trial"]["state"] == "Succeeded";
  });
  CHECK(ended);
}

TEST_CASE("A stream that comes back gets what it missed", "[server]") {
  HttpFixture fixture;
  fixture.Create("missed", Waiting(fixture, "echo loss=1"), 1);
  const std::string trial = RunningTrial(fixture, "missed");
  const std::string topics = "topics=trial/default/" + trial;
  std::string id;
  {
    EventClient stream(fixture.port(), topics);
    REQUIRE(stream.WaitForId());
    Report(fixture, trial, 1, 1);
    REQUIRE(stream.NextNamed("metrics"));
    const Time deadline = absl::Now() + absl::Seconds(10);
    const std::string first = stream.last_id();
    id = first;
    while (id == first && absl::Now() < deadline) id = stream.last_id();
  }
  Report(fixture, trial, 2, 2);
  Report(fixture, trial, 3, 3);
  EventClient back(fixture.port(), topics, {{"Last-Event-ID", id}});
  const auto missed = back.NextNamed("metrics");
  REQUIRE(missed);
  CHECK(missed->data["series"][0]["values"] == Json::array({2.0, 3.0}));
  EventClient by_query(fixture.port(), topics + "&lastEventId=" + id);
  CHECK(by_query.NextNamed("metrics")->data["series"] == missed->data["series"]);

  // Ids of another server's life say nothing.
  fixture.Restart();
  EventClient later(fixture.port(), topics, {{"Last-Event-ID", id}});
  const auto reset = later.Next();
  REQUIRE(reset);
  CHECK(reset->name == "reset");
  Go(fixture);
  CHECK(later.NextNamed("trial"));
}

TEST_CASE("A stream that has missed more than is remembered starts anew", "[server]") {
  HttpFixture fixture;
  EventClient stream(fixture.port(), "topics=experiments&lastEventId=deadbeef-5");
  const auto event = stream.Next();
  REQUIRE(event);
  CHECK(event->name == "reset");
  for (const char* id : {"5", "-5", "abc", "x-", "x-5-", "x-5-6-7", "x-99999999999999999999"}) {
    CAPTURE(id);
    EventClient odd(fixture.port(), std::string("topics=experiments&lastEventId=") + id);
    CHECK(odd.status() == 400);
  }
}

TEST_CASE("Topics that are none are refused", "[server]") {
  HttpFixture fixture;
  std::string many = "topics=experiments";
  for (int i = 0; i < 16; ++i) many += fmt::format(",experiment/default/e{}", i);
  for (const std::string& query :
       {std::string(""), std::string("topics="), std::string("topics=odd"),
        std::string("topics=trial/x"), std::string("topics=trial/x/"),
        std::string("topics=trial/x/y/z"), std::string("topics=logs/a/b,logs/a/c"),
        std::string("topics=experiments&logOffset=-1"), many}) {
    CAPTURE(query);
    EventClient stream(fixture.port(), query);
    CHECK(stream.status() == 400);
  }
}

TEST_CASE("A trial's output is followed as it grows, in whole characters", "[server]") {
  HttpFixture fixture;
  // The first byte of a character, and its second one only later.
  fixture.Create("talking",
                 "printf \"one \\303\"; " +
                     Waiting(fixture, "printf \"\\274ber\\nlast \\377 byte\\n\"; echo loss=1"),
                 1);
  const std::string trial = RunningTrial(fixture, "talking");
  EventClient stream(fixture.port(), "topics=logs/default/" + trial);
  EventClient tail(fixture.port(), "topics=logs/default/" + trial + "&logOffset=4");
  std::string text;
  int64_t offset = 0;
  const auto take = [&](const ServerEvent& event) {
    CHECK(event.data["trial"] == "default/" + trial);
    CHECK(event.data["offset"] == offset);
    offset = event.data["nextOffset"];
    text += event.data["text"].get<std::string>();
    return true;
  };
  REQUIRE(stream.Next(take));
  CHECK(text == "one ");
  const std::string id = stream.last_id();
  Go(fixture);
  const std::string whole =
      "one \xc3\xbc"
      "ber\nlast \xef\xbf\xbd byte\nloss=1\n";
  while (text.size() < whole.size()) REQUIRE(stream.Next(take));
  CHECK(text == whole);
  std::string rest;
  while (rest.size() < whole.size() - 4) {
    const auto event = tail.NextNamed("log");
    REQUIRE(event);
    rest += event->data["text"].get<std::string>();
  }
  CHECK(rest == whole.substr(4));
}

TEST_CASE("The system's state is on the stream at once and when it changes", "[server]") {
  HttpFixture fixture;
  EventClient stream(fixture.port(), "topics=system");
  const auto now = stream.NextNamed("system");
  REQUIRE(now);
  CHECK(now->data["version"] == fixture.GetJson("/info")["version"]);
  fixture.Create("counted", "echo loss=$0", 1);
  const auto later = stream.Next([](const ServerEvent& event) {
    return event.name == "system" && event.data["experiments"].contains("Succeeded");
  });
  CHECK(later);
}

TEST_CASE("A hundred streams leave room for ordinary requests", "[server]") {
  HttpFixture fixture;
  std::vector<std::unique_ptr<EventClient>> streams;
  constexpr int kStreams = 100;
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(std::make_unique<EventClient>(fixture.port(), "topics=experiments"));
  }
  for (const auto& stream : streams) REQUIRE(stream->WaitForId());
  CHECK(fixture.GetJson("/info")["watchers"] == kStreams);
  fixture.Create("watched", "echo loss=$0", 1);
  for (const auto& stream : streams) CHECK(stream->NextNamed("experiment"));
  streams.clear();
  const Time deadline = absl::Now() + absl::Seconds(20);
  while (fixture.GetJson("/info")["watchers"] != 0) REQUIRE(absl::Now() < deadline);
}

TEST_CASE("A stream too many is refused", "[server]") {
  HttpFixture fixture;
  std::vector<std::unique_ptr<EventClient>> streams;
  for (int i = 0; i < 256; ++i) {
    streams.push_back(std::make_unique<EventClient>(fixture.port(), "topics=experiments"));
  }
  for (const auto& stream : streams) REQUIRE(stream->WaitForId());
  EventClient more(fixture.port(), "topics=experiments");
  CHECK(more.status() == 429);
  CHECK(fixture.Get("/info").status == 200);
}

TEST_CASE("A client that does not read is dropped", "[server]") {
  http::EventSubscription slow;
  const auto text = std::make_shared<const std::string>((1 << 20) - 1, 'x');
  for (size_t i = 0; i * text->size() <= http::EventSubscription::kMostBytes; ++i) {
    CHECK_FALSE(slow.is_closed());
    slow.Push({{text}});
  }
  CHECK(slow.is_closed());
  CHECK(slow.Next(absl::ZeroDuration()) == std::nullopt);
}

TEST_CASE("The server ends while streams are open", "[server]") {
  auto fixture = std::make_unique<HttpFixture>();
  EventClient stream(fixture->port(), "topics=experiments");
  REQUIRE(stream.WaitForId());
  fixture->server().Shutdown();
  CHECK_FALSE(stream.Next());
}

}  // namespace qalam
