// A server with a token: who may use its HTTP API.

#include <catch2/catch.hpp>

#include "tests/support/event_client.h"
#include "tests/support/http_fixture.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kToken[] = "0123456789abcdef";
constexpr char kSession[] = "/api/v1/session";

httplib::Headers Bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

// "NAME=VALUE" of the answer's Set-Cookie.
std::string CookieOf(const httplib::Response& response) {
  const auto text = response.get_header_value("Set-Cookie");
  return text.substr(0, text.find(';'));
}

std::string SignIn(HttpFixture& fixture) {
  const auto answer = fixture.Post("/session", {{"token", kToken}});
  REQUIRE(answer.status == 204);
  return CookieOf(answer);
}

}  // namespace

TEST_CASE("With a token nothing of the API is open, and all of the UI's files are", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  for (const char* path : {"/info", "/openapi.json", "/experiments", "/experiments/default/none",
                           "/no/such/route", "/events?topics=experiments"}) {
    CAPTURE(path);
    const auto answer = fixture.Get(path);
    CHECK(answer.status == 401);
    CHECK(answer.get_header_value("WWW-Authenticate") == "Bearer");
    CHECK(Json::parse(answer.body)["error"]["code"] == "UNAUTHENTICATED");
  }
  CHECK(fixture.Post("/validate", {{"document", ""}}).status == 401);
  CHECK(fixture.Delete("/experiments/default/none").status == 401);
  for (const char* path : {"/", "/experiments/default/none"}) {
    CHECK(fixture.client().Get(path)->status == 200);
  }
}

TEST_CASE("The token opens the API to those who send it", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  CHECK(fixture.Get("/info", Bearer(kToken)).status == 200);
  for (const std::string& wrong :
       {std::string("0123456789abcdeF"), std::string(kToken) + "0", std::string()}) {
    CAPTURE(wrong);
    CHECK(fixture.Get("/info", Bearer(wrong)).status == 401);
  }
  CHECK(fixture.Get("/info", {{"Authorization", kToken}}).status == 401);
  // By whatever name it is reached: whoever has the token has not been led here.
  httplib::Headers named = Bearer(kToken);
  named.emplace("Host", "tune.example");
  CHECK(fixture.Get("/info", named).status == 200);
  CHECK(fixture.Get("/info", {{"Host", "tune.example"}}).status == 401);
  CHECK(EventClient(fixture.port(), "topics=experiments", Bearer(kToken)).status() == 200);
}

TEST_CASE("A browser exchanges the token for a cookie, until it signs out", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  const auto wrong = fixture.Post("/session", {{"token", "0123456789abcdeF"}});
  CHECK(wrong.status == 401);
  CHECK_FALSE(wrong.has_header("Set-Cookie"));
  CHECK(fixture.Post("/session", {{"token", 7}}).status == 400);

  const auto right = fixture.Post("/session", {{"token", kToken}});
  CHECK(right.status == 204);
  const auto text = right.get_header_value("Set-Cookie");
  CAPTURE(text);
  CHECK(text.find("; Path=/; HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(text.find(kToken) == std::string::npos);

  const httplib::Headers first = {{"Cookie", "other=1; " + CookieOf(right)}};
  const httplib::Headers second = {{"Cookie", SignIn(fixture)}};
  CHECK(fixture.Get("/info", first).status == 200);
  CHECK(EventClient(fixture.port(), "topics=experiments", first).status() == 200);
  const auto name = CookieOf(right).substr(0, CookieOf(right).find('='));
  for (const char* made_up : {"", "x", "00000000-0000-4000-8000-000000000000"}) {
    CHECK(fixture.Get("/info", {{"Cookie", name + "=" + made_up}}).status == 401);
  }

  const auto out = fixture.client().Delete(kSession, first, "", "application/json");
  CHECK(out->status == 204);
  CHECK(out->get_header_value("Set-Cookie").find("Max-Age=0") != std::string::npos);
  CHECK(fixture.Get("/info", first).status == 401);
  CHECK(fixture.Get("/info", second).status == 200);
  const auto value = second.begin()->second.substr(second.begin()->second.find('='));
  const auto session = [&] {
    return httplib::Headers{{"Cookie", fmt::format("qalam-session-{}{}", fixture.port(), value)}};
  };
  CHECK(fixture.Get("/info", session()).status == 200);
  fixture.Restart(kToken);
  CHECK(fixture.Get("/info", session()).status == 401);
}

TEST_CASE("A stream of events ends with its session, and no other", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  const httplib::Headers first = {{"Cookie", SignIn(fixture)}};
  const httplib::Headers second = {{"Cookie", SignIn(fixture)}};
  EventClient leaving(fixture.port(), "topics=experiments", first);
  EventClient staying(fixture.port(), "topics=experiments", second);
  EventClient program(fixture.port(), "topics=experiments", Bearer(kToken));
  REQUIRE(leaving.WaitForId());
  REQUIRE(staying.WaitForId());
  REQUIRE(program.WaitForId());
  REQUIRE(fixture.client().Delete(kSession, first, "", "application/json")->status == 204);
  const Time begin = absl::Now();
  constexpr Duration kLong = absl::Seconds(60);
  CHECK_FALSE(leaving.Next([](const auto&) { return false; }, kLong));
  CHECK(absl::Now() - begin < kLong);
  const auto created = fixture.client().Post(
      "/api/v1/experiments", Bearer(kToken),
      Json{{"document", HttpFixture::Document("after", "true", 1)}}.dump(), "application/json");
  REQUIRE(created->status == 201);
  CHECK(staying.NextNamed("experiment"));
  CHECK(program.NextNamed("experiment"));
}

TEST_CASE("Another site's page can neither sign in nor out", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  const std::string cookie = SignIn(fixture);
  const httplib::Headers forged = {{"Cookie", cookie}, {"Origin", "http://evil.example"}};
  const auto body = Json{{"token", kToken}}.dump();
  CHECK(fixture.client().Post(kSession, forged, body, "application/json")->status == 403);
  CHECK(fixture.client().Delete(kSession, forged, "", "application/json")->status == 403);
  CHECK(fixture.Get("/info", {{"Cookie", cookie}}).status == 200);
}

TEST_CASE("The oldest session ends when there are too many", "[server]") {
  HttpFixture fixture;
  fixture.Restart(kToken);
  const httplib::Headers oldest = {{"Cookie", SignIn(fixture)}};
  const httplib::Headers next = {{"Cookie", SignIn(fixture)}};
  for (int i = 0; i < 255; ++i) SignIn(fixture);
  CHECK(fixture.Get("/info", oldest).status == 401);
  CHECK(fixture.Get("/info", next).status == 200);
}

TEST_CASE("Without a token there is nothing to sign in to", "[server]") {
  HttpFixture fixture;
  CHECK(fixture.Post("/session", {{"token", kToken}}).status == 409);
}

}  // namespace qalam
