// Every route's answer against the OpenAPI document that the server itself gives.

#include <catch2/catch.hpp>

#include "tests/support/http_fixture.h"
#include "tests/support/json_schema.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

void Replace(std::string& text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), with);
}

// What stands for the placeholders of a path.
std::string Filled(std::string path, const std::string& trial) {
  Replace(path, "{namespace}", "default");
  Replace(path, "{name}", "checked");
  Replace(path, "{number}", "0");
  Replace(path, "{trial}", trial);
  return path;
}

Json JsonContent(const Json& operation, const std::string& status) {
  const auto response = operation["responses"].find(status);
  if (response == operation["responses"].end()) return nullptr;
  if (!response->contains("content")) return nullptr;
  const auto content = (*response)["content"].find("application/json");
  return content == (*response)["content"].end() ? Json() : (*content)["schema"];
}

std::string SuccessStatus(const Json& operation) {
  for (const auto& [status, response] : operation["responses"].items()) {
    if (status != "default") return status;
  }
  return "";
}

}  // namespace

TEST_CASE("Every GET of the API answers as its OpenAPI document says", "[server]") {
  HttpFixture fixture;
  fixture.Create("checked", "echo loss=$0; echo acc=nan; echo word=hello", 4);
  fixture.WaitForEnd("checked");
  const auto root = fixture.GetJson("/openapi.json");
  CHECK(root["openapi"] == "3.1.0");
  const std::string trial =
      fixture.GetJson("/experiments/default/checked/trials/0")["name"].get<std::string>();
  int checked = 0;
  for (const auto& [path, operations] : root["paths"].items()) {
    if (!operations.contains("get")) continue;
    const Json& operation = operations["get"];
    const Json schema = JsonContent(operation, "200");
    if (schema.is_null()) continue;
    const std::string filled = Filled(path, trial);
    CAPTURE(filled);
    // Where nothing is to be had of this experiment, the error is checked.
    const auto response = fixture.Get(filled);
    const auto answer = Json::parse(response.body);
    if (response.status == 200) {
      CHECK(SchemaFaults(answer, schema, root) == "");
      ++checked;
    } else {
      CHECK(SchemaFaults(answer, JsonContent(operation, "default"), root) == "");
    }
  }
  CHECK(checked >= 12);
}

TEST_CASE("What changes something answers as the OpenAPI document says", "[server]") {
  HttpFixture fixture;
  const auto root = fixture.GetJson("/openapi.json");
  const auto check = [&](const std::string& method, const std::string& path,
                         const httplib::Response& response) {
    const Json& operation = root["paths"][path][method];
    CAPTURE(method, path, response.body);
    REQUIRE(operation.is_object());
    CHECK(std::to_string(response.status) == SuccessStatus(operation));
    const Json schema = JsonContent(operation, std::to_string(response.status));
    if (schema.is_null()) {
      CHECK(response.body.empty());
    } else {
      CHECK(SchemaFaults(Json::parse(response.body), schema, root) == "");
    }
  };
  const std::string one = "/experiments/{namespace}/{name}", real = "/experiments/default/checked";
  const auto document = HttpFixture::Document("checked", "sleep 30; echo loss=$0", 4);
  check("post", "/validate", fixture.Post("/validate", {{"document", document}}));
  check("post", "/validate", fixture.Post("/validate", {{"document", "kind: Experiment"}}));
  check("post", "/experiments", fixture.Post("/experiments", {{"document", document}}));
  check("post", one + "/pause", fixture.Post(real + "/pause"));
  check("post", one + "/resume", fixture.Post(real + "/resume"));
  check("patch", one + "/budget", fixture.Patch(real + "/budget", {{"maxTrialCount", 5}}));
  check("post", one + "/stop", fixture.Post(real + "/stop"));
  check("delete", one, fixture.Delete(real));
  CHECK(fixture.Get(real).status == 404);
}

}  // namespace qalam
