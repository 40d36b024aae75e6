#include <catch2/catch.hpp>

#include "tests/support/http_fixture.h"

namespace qalam {

namespace {
using Json = nlohmann::ordered_json;

constexpr char kScript[] = "echo start; echo loss=$0; echo \"word=<b>text</b>\"";
}  // namespace

TEST_CASE("A trial shows its command, its history, metrics and output", "[server]") {
  HttpFixture fixture;
  fixture.Create("shown", kScript, 2);
  fixture.WaitForEnd("shown");
  const auto list = fixture.GetJson("/experiments/default/shown/trials");
  REQUIRE(list["trials"].size() == 2);
  CHECK(list["total"] == 2);
  const auto& listed = list["trials"][0];
  CHECK(listed["state"] == "Succeeded");
  CHECK(listed["number"] == 0);

  const auto trial = fixture.GetJson("/trials/default/" + listed["name"].get<std::string>());
  const std::string x = trial["parameters"][0]["value"];
  CHECK(trial["command"] == Json::array({"sh", "-c", kScript, x}));
  CHECK(trial["manifest"]["kind"] == "Job");
  CHECK(trial["history"].front()["state"] == "Pending");
  CHECK(trial["history"].back()["state"] == "Succeeded");
  CHECK(trial["history"].back()["message"] == "the command exited with status 0");

  const std::string path = "/trials/default/" + listed["name"].get<std::string>();
  const auto metrics = fixture.GetJson(path + "/metrics");
  REQUIRE(metrics["series"].size() == 1);
  CHECK(metrics["series"][0]["metric"] == "loss");
  CHECK(metrics["series"][0]["values"][0] == std::stod(x));
  CHECK(metrics["series"][0]["total"] == 1);

  const std::string output = "start\nloss=" + x + "\nword=<b>text</b>\n";
  const auto logs = fixture.Get(path + "/logs");
  CHECK(logs.body == output);
  CHECK(logs.get_header_value("Content-Type") == "text/plain; charset=utf-8");
  CHECK(logs.get_header_value("X-Next-Offset") == std::to_string(output.size()));
  CHECK(fixture.Get(path + "/logs?offset=6").body == output.substr(6));
  CHECK(fixture.Get(path + "/logs?offset=100000").body == "");
  const auto tail = fixture.Get(path + "/logs?tail=5");
  CHECK(tail.body == output.substr(output.size() - 5));
  CHECK(fixture.Get(path + "/logs?tail=100000").body == output);
  CHECK(fixture.Get(path + "/logs?tail=5&offset=1").status == 400);
  CHECK(fixture.Get(path + "/logs?offset=-1").status == 400);
  CHECK(fixture.Get("/trials/default/nobody").status == 404);
  CHECK(fixture.Get("/experiments/default/shown/trials/7").status == 404);
  CHECK(fixture.Get("/experiments/default/shown/trials/x").status == 400);

  const auto events = fixture.GetJson("/experiments/default/shown/events");
  bool names_trial = false;
  for (const auto& event : events["events"]) names_trial |= event["trial"] == listed["name"];
  CHECK(names_trial);
}

TEST_CASE("Many points are down-sampled with their spikes", "[server]") {
  HttpFixture fixture;
  fixture.Create("spiky",
                 "i=0; while [ $i -lt 3000 ]; do echo loss=1; i=$((i+1)); done; echo loss=99; "
                 "echo loss=1",
                 1);
  fixture.WaitForEnd("spiky");
  const std::string name = fixture.GetJson("/experiments/default/spiky/trials/0")["name"];
  const auto series =
      fixture.GetJson("/trials/default/" + name + "/metrics?points=50")["series"][0];
  CHECK(series["total"] == 3002);
  CHECK(series["values"].size() <= 110);
  CHECK(std::find(series["values"].begin(), series["values"].end(), 99.0) !=
        series["values"].end());
  CHECK(series["values"].size() == series["steps"].size());
  CHECK(series["values"].size() == series["times"].size());
}

}  // namespace qalam
