// Programs that log with MLflow's client.

#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

using Json = HttpFixture::Json;

Json Ask(HttpFixture& server, const std::string& path, const Json& body, int status = 200) {
  const auto answer = server.client().Post(path, body.dump(), "application/json");
  REQUIRE(answer);
  INFO(path << ": " << answer->body);
  CHECK(answer->status == status);
  return Json::parse(answer->body);
}

}  // namespace

TEST_CASE("What a trial logs with MLflow's calls is collected as its metrics", "[server]") {
  HttpFixture server;
  // Prints nothing: all that the server knows came over HTTP.
  server.Create("logged", "/usr/bin/python3 " QALAM_TESTDATA "/mlflow_client.py $0", 2);
  const auto experiment = server.WaitForEnd("logged");
  const auto trials = server.GetJson("/experiments/default/logged/trials")["trials"];
  REQUIRE(trials.size() == 2);
  for (const auto& trial : trials) {
    const std::string name = trial["name"];
    INFO(server.Get("/trials/default/" + name + "/logs").body);
    REQUIRE(trial["state"] == "Succeeded");
    const double x = std::stod(trial["parameters"][0]["value"].get<std::string>());
    CHECK(trial["objectiveValue"].get<double>() == Approx(x));
    const std::string series = server.Get("/trials/default/" + name + "/metrics").body;
    INFO(series);
    CHECK(series.find("accuracy/top 1") != std::string::npos);
    CHECK(series.find("1764324000123") != std::string::npos);
  }
  // From outside, by run and by experiment.
  const std::string root = "/api/2.0/mlflow";
  const auto found = server.client().Get(root + "/experiments/get-by-name?experiment_name=logged");
  REQUIRE(found);
  const auto id = Json::parse(found->body)["experiment"]["experiment_id"];
  CHECK(id == experiment["uid"]);
  const auto runs = Ask(server, root + "/runs/search", {{"experiment_ids", {id}}})["runs"];
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]["info"]["status"] == "FINISHED");
  // What has ended takes no more.
  const std::string run = runs[0]["info"]["run_id"];
  const Json metric = {{"run_id", run}, {"key", "loss"}, {"value", 1}, {"timestamp", 1}};
  CHECK(Ask(server, root + "/runs/log-metric", metric, 409)["error_code"] == "INVALID_STATE");
  CHECK(Ask(server, root + "/runs/log-parameter",
            {{"run_id", run}, {"key", "late"}, {"value", "1"}},
            409)["error_code"] == "INVALID_STATE");
}

TEST_CASE("A body that nests without end is refused", "[server]") {
  HttpFixture server;
  server.Create("running", "sleep 60", 1);
  server.WaitFor("running",
                 [](const Json& experiment) { return experiment["counts"]["running"] == 1; });
  const std::string trial =
      server.GetJson("/experiments/default/running/trials")["trials"][0]["name"];
  const size_t levels = 200'000;
  const std::string deep = std::string(levels, '[') + std::string(levels, ']');
  const std::pair<std::string, std::string> bodies[] = {
      {"/mlflow/default/" + trial + "/api/2.0/mlflow/runs/log-batch", "{\"params\":" + deep + "}"},
      {"/api/2.0/mlflow/runs/search", "{\"experiment_ids\":" + deep + "}"},
      {"/api/v1/experiments", "{\"document\":" + deep + "}"}};
  for (const auto& [path, body] : bodies) {
    const auto answer = server.client().Post(path, body, "application/json");
    CAPTURE(path);
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(answer->body.find("deeper than the 64 levels") != std::string::npos);
  }
}

TEST_CASE("MLflow's calls are refused in the words that its client knows", "[server]") {
  HttpFixture server;
  server.Create("running", "echo loss=1; sleep 60", 1);
  server.WaitFor("running", [](const Json& experiment) {
    return experiment["state"] == "Running" && experiment["counts"]["running"] == 1;
  });
  const auto trial = server.GetJson("/experiments/default/running/trials")["trials"][0];
  const std::string run = trial["uid"], name = trial["name"];
  const std::string root = "/api/2.0/mlflow", own = "/mlflow/default/" + name + root;
  const auto code = [&](const std::string& path, const Json& body, int status) {
    return Ask(server, path, body, status)["error_code"].get<std::string>();
  };
  CHECK(code(root + "/runs/log-metric", {{"run_id", "nobody"}}, 404) == "RESOURCE_DOES_NOT_EXIST");
  CHECK(code(root + "/runs/log-metric", Json::object(), 400) == "INVALID_PARAMETER_VALUE");
  // The address of one trial takes nothing for another.
  CHECK(code(own + "/runs/log-metric", {{"run_id", "nobody"}}, 404) == "RESOURCE_DOES_NOT_EXIST");
  for (const Json& odd :
       {Json{{"key", "loss"}}, Json{{"key", "loss"}, {"value", "1"}},
        Json{{"key", 1}, {"value", 1}}, Json{{"key", "loss"}, {"value", 1}, {"step", "x"}},
        Json{{"key", "loss"}, {"value", 1}, {"timestamp", -1}},
        Json{{"key", "loss"}, {"value", 1}, {"timestamp", "9223372036854775807"}},
        Json{{"key", ""}, {"value", 1}}}) {
    CAPTURE(odd.dump());
    CHECK(code(own + "/runs/log-metric", odd, 400) == "INVALID_PARAMETER_VALUE");
  }
  // A parameter keeps its value.
  Ask(server, own + "/runs/log-parameter", {{"key", "layers"}, {"value", "3"}});
  Ask(server, own + "/runs/log-parameter", {{"key", "layers"}, {"value", "3"}});
  CHECK(code(own + "/runs/log-parameter", {{"key", "layers"}, {"value", "4"}}, 400) ==
        "INVALID_PARAMETER_VALUE");
  CHECK(code(own + "/runs/set-tag", {{"key", "k"}, {"value", std::string(9000, 'x')}}, 400) ==
        "INVALID_PARAMETER_VALUE");
  CHECK(code(root + "/runs/create", {{"experiment_id", "0"}}, 501) == "FEATURE_DISABLED");
  // Whatever a program begins in its trial is the trial.
  CHECK(Ask(server, own + "/experiments/create", {{"name", "mine"}})["experiment_id"] ==
        trial["uid"].get<std::string>().substr(0, run.rfind('-')));
  CHECK(Ask(server, own + "/runs/create", {{"experiment_id", "0"}})["run"]["info"]["run_id"] ==
        run);
  REQUIRE(server.Post("/experiments/default/running/stop").status == 200);
  server.WaitForEnd("running");
}

}  // namespace qalam
