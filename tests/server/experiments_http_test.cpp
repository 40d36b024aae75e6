#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

// Experiments that ended, with as many trials each; the objective of trial n is n, or -n where the
// experiment maximises.
void Fill(Store& store, int experiments, int trials) {
  const auto parsed =
      nlohmann::ordered_json{{"apiVersion", "kubeflow.org/v1beta1"}, {"kind", "Experiment"}};
  for (int i = 0; i < experiments; ++i) {
    WriteBatch batch;
    ExperimentRecord record;
    record.uid = fmt::format("uid{}", i);
    record.name_space = i % 2 == 0 ? "default" : "other";
    record.name = fmt::format("made-{:02}", i);
    record.document_json = fmt::format(
        R"({{"apiVersion":"kubeflow.org/v1beta1","kind":"Experiment","metadata":{{"name":"{}"}},)"
        R"("spec":{{"objective":{{"type":"maximize","objectiveMetricName":"acc"}},)"
        R"("algorithm":{{"algorithmName":"{}"}},"maxTrialCount":10,"parallelTrialCount":1,)"
        R"("parameters":[{{"name":"x","parameterType":"double","feasibleSpace":{{"min":"0","max":"1"}}}}],)"
        R"("trialTemplate":{{"trialParameters":[{{"name":"x","reference":"x"}}],"trialSpec":)"
        R"({{"apiVersion":"batch/v1","kind":"Job","spec":{{"template":{{"spec":{{"containers":)"
        R"([{{"name":"main","command":["true","${{trialParameters.x}}"]}}]}}}}}}}}}}}}}})",
        record.name, i % 3 == 0 ? "tpe" : "random");
    record.state = i % 4 == 0 ? ExperimentState::kFailed : ExperimentState::kSucceeded;
    record.created = absl::FromUnixSeconds(1'700'000'000 + i);
    record.completed = absl::FromUnixSeconds(1'700'001'000 - i);
    batch.create_experiments.push_back(record);
    for (int number = 0; number < trials; ++number) {
      TrialRecord trial;
      trial.uid = fmt::format("{}-{}", record.uid, number);
      trial.experiment_uid = record.uid;
      trial.name = fmt::format("{}-t{}", record.name, number);
      trial.number = number;
      trial.parameters = {{"x", "0.5"}};
      trial.state = TrialState::kSucceeded;
      trial.objective_value = i * 100 + number;
      trial.created = record.created;
      batch.create_trials.push_back(trial);
    }
    REQUIRE(store.Commit(batch).ok());
  }
}

std::vector<std::string> Names(const Json& page) {
  std::vector<std::string> names;
  for (const auto& experiment : page["experiments"]) names.push_back(experiment["name"]);
  return names;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("Experiments are filtered, sorted and paged", "[server]") {
  HttpFixture fixture([](Store& store) { Fill(store, 8, 3); });
  CHECK(fixture.GetJson("/experiments")["total"] == 8);
  CHECK(Names(fixture.GetJson("/experiments?limit=2")) == Strings{"made-07", "made-06"});
  CHECK(Names(fixture.GetJson("/experiments?sort=name&limit=2")) == Strings{"made-00", "made-01"});
  CHECK(Names(fixture.GetJson("/experiments?sort=completed&limit=1")) == Strings{"made-00"});
  CHECK(Names(fixture.GetJson("/experiments?sort=best&order=asc&limit=1")) == Strings{"made-00"});
  CHECK(Names(fixture.GetJson("/experiments?search=DE-03")) == Strings{"made-03"});
  CHECK(Names(fixture.GetJson("/experiments?namespace=other&sort=name")) ==
        Strings{"made-01", "made-03", "made-05", "made-07"});
  CHECK(Names(fixture.GetJson("/experiments?state=Failed&sort=name")) ==
        Strings{"made-00", "made-04"});
  CHECK(fixture.GetJson("/experiments?state=Failed&state=Succeeded")["total"] == 8);
  CHECK(Names(fixture.GetJson("/experiments?algorithm=tpe&sort=name")) ==
        Strings{"made-00", "made-03", "made-06"});

  Strings all;
  std::string cursor;
  do {
    const auto page = fixture.GetJson("/experiments?sort=name&limit=3&cursor=" + cursor);
    CHECK(page["total"] == 8);
    for (const auto& name : Names(page)) all.push_back(name);
    cursor = page["nextCursor"];
  } while (!cursor.empty());
  CHECK(all == Names(fixture.GetJson("/experiments?sort=name")));

  for (const char* query : {"limit=0", "limit=1001", "limit=x", "sort=size", "order=up",
                            "state=Odd", "cursor=abc", "cursor=1", "odd=1"}) {
    CAPTURE(query);
    const auto response = fixture.Get(std::string("/experiments?") + query);
    CHECK(response.status == 400);
    CHECK(Json::parse(response.body)["error"]["code"] == "INVALID_ARGUMENT");
  }
}

TEST_CASE("A summary shows how the best objective went", "[server]") {
  HttpFixture fixture([](Store& store) { Fill(store, 1, 100); });
  const auto summary = fixture.GetJson("/experiments")["experiments"][0];
  REQUIRE(summary["sparkline"].size() == 32);
  CHECK(summary["sparkline"].front() == 2.0);  // of the first 3 of 100 trials
  CHECK(summary["sparkline"].back() == 99.0);
  CHECK_FALSE(summary.contains("documentYaml"));
  CHECK(summary["counts"]["succeeded"] == 100);
}

TEST_CASE("An experiment is created, changed and deleted over HTTP", "[server]") {
  HttpFixture fixture;
  fixture.Create("lived", "echo loss=$0", 3);
  const auto ended = fixture.WaitForEnd("lived");
  CHECK(ended["state"] == "Succeeded");
  CHECK(ended["objectiveType"] == "minimize");
  CHECK(ended["seed"].is_string());
  CHECK(ended["bestTrials"].size() == 1);
  CHECK(ended["documentYaml"].get<std::string>().find("objectiveMetricName: loss") !=
        std::string::npos);
  CHECK(ended["created"].get<std::string>().size() == 24);
  // The list follows.
  const auto summary = fixture.GetJson("/experiments")["experiments"][0];
  CHECK(summary["state"] == "Succeeded");
  CHECK(summary["bestTrial"] == ended["bestTrial"]);

  const auto again =
      fixture.Post("/experiments", {{"document", HttpFixture::Document("lived", "true", 1)}});
  CHECK(again.status == 409);
  CHECK(fixture.Post("/experiments/default/lived/stop").status == 409);
  CHECK(fixture.Delete("/experiments/default/lived").status == 204);
  CHECK(fixture.Get("/experiments/default/lived").status == 404);
  CHECK(fixture.GetJson("/experiments")["total"] == 0);
}

TEST_CASE("A document's faults come as data, with their places", "[server]") {
  HttpFixture fixture;
  std::string document = HttpFixture::Document("Bad_Name", "true", 0);
  const auto reply = fixture.Post("/experiments", {{"document", document}});
  CHECK(reply.status == 400);
  const auto error = Json::parse(reply.body)["error"];
  CHECK(error["code"] == "INVALID_ARGUMENT");
  REQUIRE(error["faults"].size() >= 2);
  CHECK(error["faults"][0]["field"] == "metadata.name");
  CHECK(error["faults"][0]["line"] == 3);
  const auto checked = Json::parse(fixture.Post("/validate", {{"document", document}}).body);
  CHECK(checked["faults"] == error["faults"]);
  CHECK_FALSE(checked.contains("document"));
  document = HttpFixture::Document("good", "true", 2);
  const auto good = Json::parse(fixture.Post("/validate", {{"document", document}}).body);
  CHECK(good["faults"].empty());
  CHECK(good["experiments"][0]["name"] == "good");
  CHECK(good["document"]["spec"]["maxTrialCount"] == 2);
  CHECK(good["choices"] == Json::array({""}));
  CHECK(fixture.GetJson("/experiments")["total"] == 0);
}

TEST_CASE("Two who edit the same budget do not overwrite each other", "[server]") {
  HttpFixture fixture;
  fixture.Create("edited", "sleep 60", 4);
  const auto seen = fixture.WaitFor(
      "edited", [](const Json& experiment) { return experiment["counts"]["running"] == 2; });
  const std::string path = "/experiments/default/edited/budget";
  const std::string version = fmt::format("\"{}\"", seen["version"].get<int64_t>());
  const auto first = fixture.Patch(path, {{"maxTrialCount", 6}}, {{"If-Match", version}});
  CHECK(first.status == 200);
  CHECK(Json::parse(first.body)["maxTrialCount"] == 6);
  const auto second = fixture.Patch(path, {{"maxTrialCount", 7}}, {{"If-Match", version}});
  CHECK(second.status == 412);
  CHECK(Json::parse(second.body)["error"]["code"] == "ABORTED");
  // The ETag of an answer is as good as the version.
  const auto tag = first.get_header_value("ETag");
  CHECK(fixture.Patch(path, {{"maxTrialCount", 8}}, {{"If-Match", tag}}).status == 200);
  CHECK(fixture.Patch(path, {{"maxTrialCount", 9}}).status == 200);

  CHECK(fixture.Patch(path, Json::object()).status == 400);
  CHECK(fixture.Patch(path, {{"maxTrialCount", "9"}}).status == 400);
  CHECK(fixture.Patch(path, {{"maxTrials", 9}}).status == 400);
  CHECK(fixture.Patch(path, {{"maxTrialCount", -1}}).status == 400);
  CHECK(fixture.Patch(path, {{"maxTrialCount", 9}}, {{"If-Match", "odd"}}).status == 400);
  CHECK(fixture.Patch(path, {{"maxTrialCount", 1}}).status == 409);
  CHECK(fixture.Post("/experiments/default/edited/stop").status == 200);
  fixture.WaitForEnd("edited");
}

TEST_CASE("An unchanged experiment is not sent again, a changed one is", "[server]") {
  HttpFixture fixture;
  fixture.Create("tagged", "echo loss=$0", 2);
  fixture.WaitForEnd("tagged");
  const std::string path = "/experiments/default/tagged";
  const auto tag = fixture.Get(path).get_header_value("ETag");
  const auto same = fixture.Get(path, {{"If-None-Match", tag}});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(fixture.Patch(path + "/budget", {{"maxFailedTrialCount", 1}}).status == 200);
  CHECK(fixture.Get(path, {{"If-None-Match", tag}}).status == 200);
}

TEST_CASE("A download that the store breaks off does not end as if it were whole", "[server]") {
  HttpFixture fixture([](Store& store) { Fill(store, 1, 10'000); });
  const auto run = [&](const char* sql) {
    sqlite3* database = nullptr;
    sqlite3_open(fixture.database().c_str(), &database);
    sqlite3_busy_timeout(database, 10'000);
    const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    sqlite3_close(database);
    REQUIRE(code == SQLITE_OK);
  };
  // 80 MB, of which the connection holds a few.
  run("UPDATE trials SET message = hex(zeroblob(4000))");
  const std::string path = "/experiments/default/made-00/trials.json";
  CHECK(fixture.GetJson(path)["trials"].size() == 10'000);

  bool is_broken = false;
  const auto cut = fixture.client().Get("/api/v1" + path, [&](const char*, size_t) {
    if (!is_broken) run("ALTER TABLE trials RENAME TO gone");
    is_broken = true;
    return true;
  });
  CHECK(is_broken);
  CHECK_FALSE(cut);
  CHECK(fixture.Get(path).status >= 500);
}

}  // namespace qalam
