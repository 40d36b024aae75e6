// Tables, lists and downloads of an experiment's trials over HTTP.

#include <catch2/catch.hpp>

#include "server/http/summaries.h"
#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

// A running experiment whose trials wait, so that it stays as it is but for what a test does.
void CreateMany(HttpFixture& fixture, int trials) {
  fixture.Create("many", "echo loss=$0; echo \"note=a, \\\"b\\\"\"", trials,
                 "  seed: 3\n  maxFailedTrialCount: 0\n");
  fixture.WaitForEnd("many");
}

const std::string kMany = "/experiments/default/many";

std::vector<int64_t> Numbers(const Json& page) {
  std::vector<int64_t> numbers;
  for (const auto& trial : page["trials"]) numbers.push_back(trial["number"]);
  return numbers;
}

}  // namespace

TEST_CASE("The table of trials holds what the trials hold, and follows them", "[server]") {
  HttpFixture fixture;
  CreateMany(fixture, 6);
  const auto response = fixture.Get(kMany + "/table");
  const auto table = Json::parse(response.body);
  const auto trials = fixture.GetJson(kMany + "/trials")["trials"];
  REQUIRE(trials.size() == 6);
  REQUIRE(table["numbers"].size() == 6);
  for (size_t i = 0; i < trials.size(); ++i) {
    const auto& trial = trials[i];
    CHECK(table["names"][i] == trial["name"]);
    CHECK(table["stateNames"][table["states"][i].get<size_t>()] == trial["state"]);
    // The table's numbers are in single precision.
    CHECK(table["objectives"][0]["values"][i].get<float>() == trial["objectiveValue"].get<float>());
    CHECK(table["parameters"][0]["values"][i].get<float>() ==
          std::stof(trial["parameters"][0]["value"].get<std::string>()));
  }
  const auto tag = response.get_header_value("ETag");
  CHECK(fixture.Get(kMany + "/table", {{"If-None-Match", tag}}).status == 304);

  // More trials come: only they are read, and the table has them.
  CHECK(fixture.Patch(kMany + "/budget", {{"maxTrialCount", 8}}).status == 409);  // it is Never
  fixture.Create("more", "echo loss=$0", 3, "  resumePolicy: LongRunning\n");
  fixture.WaitForEnd("more");
  const std::string more = "/experiments/default/more";
  const auto first = fixture.GetJson(more + "/table");
  CHECK(first["numbers"].size() == 3);
  CHECK(fixture.Patch(more + "/budget", {{"maxTrialCount", 5}}).status == 200);
  fixture.WaitFor("more", [](const Json& e) { return e["counts"]["succeeded"] == 5; });
  const auto second = fixture.GetJson(more + "/table");
  CHECK(second["numbers"].size() == 5);
  CHECK(second["change"] > first["change"]);
  for (const auto& value : second["objectives"][0]["values"]) CHECK(value.is_number());
}

TEST_CASE("Trials are filtered, sorted and paged", "[server]") {
  HttpFixture fixture;
  CreateMany(fixture, 8);
  const auto all = fixture.GetJson(kMany + "/trials?sort=loss&order=desc")["trials"];
  REQUIRE(all.size() == 8);
  for (size_t i = 1; i < all.size(); ++i) {
    CHECK(all[i - 1]["objectiveValue"] >= all[i]["objectiveValue"]);
  }
  const double middle = all[3]["objectiveValue"];
  const auto filter = httplib::detail::encode_query_param(
      fmt::format("loss >= {} and state == \"Succeeded\"", middle));
  const auto some =
      fixture.GetJson(kMany + "/trials?sort=loss&order=desc&limit=3&filter=" + filter);
  CHECK(some["total"] == 4);
  CHECK(some["trials"].size() == 3);
  const auto rest =
      fixture.GetJson(kMany + "/trials?sort=loss&order=desc&limit=3&filter=" + filter +
                      "&cursor=" + httplib::detail::encode_query_param(some["nextCursor"]));
  CHECK(rest["nextCursor"] == "");
  std::vector<int64_t> paged = Numbers(some);
  for (const int64_t number : Numbers(rest)) paged.push_back(number);
  const auto numbers =
      fixture.GetJson(kMany + "/trials?sort=loss&order=desc&fields=number&filter=" + filter);
  CHECK(numbers["numbers"] == Json(paged));
  CHECK(numbers["total"] == 4);
  CHECK_FALSE(numbers.contains("trials"));
  CHECK(fixture.GetJson(kMany + "/trials?state=Failed")["total"] == 0);

  const auto bad =
      fixture.Get(kMany + "/trials?filter=" + httplib::detail::encode_query_param("loss >= and"));
  CHECK(bad.status == 400);
  CHECK(bad.body.find("column 9") != std::string::npos);
  for (const char* query : {"sort=nothing", "order=up", "cursor=abc", "limit=10001", "fields=name",
                            "state=None", "filter=nothing%3D%3D1"}) {
    CAPTURE(query);
    CHECK(fixture.Get(kMany + "/trials?" + query).status == 400);
  }
}

TEST_CASE("Trials are downloaded as CSV, JSON and YAML", "[server]") {
  HttpFixture fixture;
  CreateMany(fixture, 3);
  const auto csv = fixture.Get(kMany + "/trials.csv");
  CHECK(csv.get_header_value("Content-Disposition") == "attachment; filename=\"many.csv\"");
  CHECK(csv.get_header_value("Content-Type") == "text/csv; charset=utf-8");
  std::istringstream lines(csv.body);
  std::string line;
  std::getline(lines, line);
  CHECK(line.find("number,name,state,created,started,completed,feasible,objective:loss,"
                  "parameter:x,metric:loss") == 0);
  const auto trials = fixture.GetJson(kMany + "/trials")["trials"];
  for (const auto& trial : trials) {
    REQUIRE(std::getline(lines, line));
    CHECK(line.find(fmt::format("{},{},Succeeded,", trial["number"].get<int64_t>(),
                                trial["name"].get<std::string>())) == 0);
    CHECK(line.find("," + trial["parameters"][0]["value"].get<std::string>()) != std::string::npos);
  }
  CHECK_FALSE(std::getline(lines, line));
  CHECK(fixture.GetJson(kMany + "/trials.json")["trials"] == trials);
  const auto document = fixture.Get(kMany + "/document");
  CHECK(document.get_header_value("Content-Disposition") == "attachment; filename=\"many.yaml\"");
  CHECK(document.body.find("name: many") != std::string::npos);
}

TEST_CASE("Curves and importances come for an experiment that has enough trials", "[server]") {
  HttpFixture fixture;
  CreateMany(fixture, 12);
  const auto curves = fixture.GetJson(kMany + "/curves?points=10");
  CHECK(curves["metric"] == "loss");
  CHECK(curves["series"].size() == 12);
  CHECK(fixture.Get(kMany + "/curves?metric=none").status == 404);
  CHECK(fixture.Get(kMany + "/curves?points=1").status == 400);
  CHECK(fixture.Get(kMany + "/curves?points=10000").status == 200);
  CHECK(fixture.Get(kMany + "/curves?points=10000&trials=200").status == 200);
  const auto too_many = fixture.Get(kMany + "/curves?points=10000&trials=201");
  CHECK(too_many.status == 400);
  CHECK(too_many.body.find("200 trials") != std::string::npos);
  const auto importance = fixture.GetJson(kMany + "/importance");
  CHECK(importance["evaluator"] == "fanova");
  REQUIRE(importance["importances"].size() == 1);
  CHECK(importance["importances"][0]["parameter"] == "x");
  CHECK(fixture.GetJson(kMany + "/importance?evaluator=ped-anova")["evaluator"] == "ped-anova");
  CHECK(fixture.Get(kMany + "/importance?evaluator=odd").status == 400);
  CHECK(fixture.Get(kMany + "/importance?objective=1").status == 400);
}

TEST_CASE("A trial's files are listed and downloaded, and nothing else", "[server]") {
  HttpFixture fixture;
  fixture.Create("filed",
                 "mkdir sub; printf hello > sub/a.txt; ln -s /etc/passwd link; echo loss=1", 1);
  fixture.WaitForEnd("filed");
  const std::string name = fixture.GetJson("/experiments/default/filed/trials/0")["name"];
  const std::string path = "/trials/default/" + name + "/files";
  const auto files = fixture.GetJson(path);
  std::map<std::string, int64_t> sizes;
  for (const auto& file : files["files"]) sizes[file["path"]] = file["size"];
  CHECK(sizes["sub/a.txt"] == 5);
  CHECK_FALSE(sizes.contains("link"));
  const auto file = fixture.Get(path + "/sub/a.txt");
  CHECK(file.status == 200);
  CHECK(file.body == "hello");
  CHECK(file.get_header_value("Content-Disposition") == "attachment; filename=\"a.txt\"");
  for (const char* odd : {"/link", "/sub", "/../../../../etc/passwd", "/sub/..%2f..%2fx", "/",
                          "/sub//a.txt", "/none", "/%00"}) {
    CAPTURE(odd);
    const auto refused = fixture.Get(path + odd);
    CHECK((refused.status == 400 || refused.status == 404));
  }
  CHECK(fixture.Get("/trials/default/" + name + "/architecture").status == 404);
}

TEST_CASE("A trial is added by hand", "[server]") {
  HttpFixture fixture;
  fixture.Create(
      "open",
      fmt::format("while [ ! -e {} ]; do sleep 0.02; done; echo loss=$0", fixture.File("go")), 2);
  const std::string path = "/experiments/default/open/trials";
  fixture.WaitFor("open", [](const Json& e) { return e["counts"]["running"] == 2; });
  CHECK(fixture.Post(path, {{"parameters", {{"x", 5}}}}).status == 400);
  CHECK(fixture.Post(path, {{"parameters", {{"y", 0.5}}}}).status == 400);
  CHECK(fixture.Post(path, {{"parameters", {{"x", true}}}}).status == 400);
  CHECK(fixture.Post(path, {{"parameters", 7}}).status == 400);
  CHECK(fixture.Patch("/experiments/default/open/budget", {{"maxTrialCount", 3}}).status == 200);
  const auto added = fixture.Post(path, {{"parameters", {{"x", 0.25}}}});
  INFO(added.body);
  REQUIRE(added.status == 201);
  const auto trial = Json::parse(added.body);
  CHECK(trial["parameters"][0]["value"] == "0.25");
  REQUIRE(WriteFileAtomically(fixture.File("go"), "", false).ok());
  fixture.WaitForEnd("open");
  CHECK(fixture.GetJson("/trials/default/" + trial["name"].get<std::string>())["objectiveValue"] ==
        0.25);
}

TEST_CASE("Incumbents that are kept are those that would be read", "[server]") {
  for (const auto type : {ObjectiveType::kMinimize, ObjectiveType::kMaximize}) {
    std::vector<Incumbent> kept;
    std::map<int64_t, double> objectives;
    uint64_t state = 7;
    for (int i = 0; i < 400; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto number = static_cast<int64_t>((state >> 33) % 200);
      const double value = static_cast<double>((state >> 20) % 50);
      if (!objectives.emplace(number, value).second) continue;
      http::AddToIncumbents({number, value}, type, kept);
      std::vector<std::pair<int64_t, double>> wanted, got;
      for (const auto& [n, v] : objectives) {
        const bool better =
            wanted.empty() || (type == ObjectiveType::kMaximize ? v > wanted.back().second
                                                                : v < wanted.back().second);
        if (better) wanted.emplace_back(n, v);
      }
      for (const auto& incumbent : kept) got.emplace_back(incumbent.number, incumbent.value);
      REQUIRE(got == wanted);
    }
  }
}

}  // namespace qalam
