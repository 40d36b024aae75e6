#include <catch2/catch.hpp>

#include "tests/support/http_fixture.h"
#include "tests/support/raw_connection.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kCreate[] = "/api/v1/experiments";

std::string Body(const std::string& name) {
  return Json{{"document", HttpFixture::Document(name, "true", 1)}}.dump();
}

}  // namespace

TEST_CASE("Every answer has the security headers", "[server]") {
  HttpFixture fixture;
  for (const char* path : {"/", "/api/v1/info", "/api/v1/none", "/api/none", "/some/page",
                           "/assets/none.js", "/api/v1/events?topics=experiments"}) {
    CAPTURE(path);
    // Of the stream, only the head.
    const auto answer = fixture.client().Get(
        path,
        [](const httplib::Response& response) {
          CHECK(response.get_header_value("X-Content-Type-Options") == "nosniff");
          CHECK(response.get_header_value("Referrer-Policy") == "no-referrer");
          const auto policy = response.get_header_value("Content-Security-Policy");
          CHECK(policy.find("default-src 'self'") != std::string::npos);
          CHECK(policy.find("script-src 'self';") != std::string::npos);
          CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
          return false;
        },
        [](const char*, size_t) { return false; });
  }
}

TEST_CASE("A name that leads here by DNS rebinding is refused", "[server]") {
  HttpFixture fixture;
  for (const char* host : {"evil.example", "evil.example:80", "localhost.evil.example", ""}) {
    CAPTURE(host);
    CHECK(fixture.Get("/info", {{"Host", host}}).status == 403);
  }
  for (const char* host : {"localhost", "localhost:6790", "127.0.0.1:1", "[::1]:6790"}) {
    CAPTURE(host);
    CHECK(fixture.Get("/info", {{"Host", host}}).status == 200);
  }
}

TEST_CASE("Another site's page can change nothing", "[server]") {
  HttpFixture fixture;
  const auto post = [&](const httplib::Headers& headers, const char* type = "application/json") {
    const auto answer = fixture.client().Post(kCreate, headers, Body("forged"), type);
    REQUIRE(answer);
    return answer->status;
  };
  const std::string own = fmt::format("127.0.0.1:{}", fixture.port());
  CHECK(post({{"Origin", "http://evil.example"}}) == 403);
  CHECK(post({{"Origin", "null"}}) == 403);
  CHECK(post({{"Origin", "http://127.0.0.1:1"}}) == 403);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}}) == 403);
  CHECK(post({{"Sec-Fetch-Site", "same-site"}}) == 403);
  CHECK(post({}, "text/plain") == 415);
  CHECK(post({}, "application/x-www-form-urlencoded") == 415);
  CHECK(post({}, "multipart/form-data; boundary=x") != 201);
  CHECK(fixture.client().Delete("/api/v1/experiments/default/x")->status == 415);
  CHECK(fixture.GetJson("/experiments")["total"] == 0);
  CHECK(post({{"Host", own}, {"Origin", "http://" + own}, {"Sec-Fetch-Site", "same-origin"}}) ==
        201);
}

TEST_CASE("Broken and huge requests get a clear answer, and the server goes on", "[server]") {
  HttpFixture fixture;
  const auto code = [](const httplib::Result& answer) {
    REQUIRE(answer);
    const auto body = Json::parse(answer->body, nullptr, false);
    CAPTURE(answer->body.substr(0, 200));
    CHECK_FALSE(body.is_discarded());
    CHECK_FALSE(body["error"]["message"].get<std::string>().empty());
    return answer->status;
  };
  auto& client = fixture.client();
  for (const char* body : {"", "{", "[]", "7", "{\"document\":7}", "{}",
                           "{\"document\":\"\",\"a\":1}", "{\"document\":\"\xff\"}", "nul"}) {
    CAPTURE(body);
    CHECK(code(client.Post(kCreate, body, "application/json")) == 400);
  }
  const std::string deep(100'000, '[');
  CHECK(code(client.Post(kCreate, deep, "application/json")) == 400);
  CHECK(code(client.Post(kCreate, std::string(17 << 20, 'x'), "application/json")) == 413);
  CHECK(code(client.Get("/api/v1/experiments?search=" + std::string(9000, 'x'))) == 414);
  CHECK(code(client.Get("/api/v1/info?x=1")) == 400);
  CHECK(code(client.Get("/api/v1/nothing")) == 404);
  CHECK(code(client.Get("/api/v1/experiments/default/none")) == 404);
  CHECK(code(client.Get("/api/v1/experiments/default/%00%0a")) == 404);
  const auto odd = client.Post("/api/v1/info", "{}", "application/json");
  CHECK(code(odd) == 405);
  CHECK(odd->get_header_value("Allow") == "GET");
  CHECK(code(client.Get("/api/v1/info", {{"Range", "bytes=0-1,2-3"}})) == 416);
  CHECK(client.Get("/api/v1/info", {{"Range", "bytes=5-900000"}})->status == 200);
  CHECK(client.Head("/api/v1/info")->status == 200);

  // Without a length the end of a body could not be found.
  httplib::Client chunked("127.0.0.1", fixture.port());
  const auto answer = chunked.Post(
      kCreate,
      [](size_t, httplib::DataSink& sink) {
        sink.write("{}", 2);
        sink.done();
        return true;
      },
      "application/json");
  REQUIRE(answer);
  CHECK(answer->status == 411);
  CHECK(fixture.Get("/info").status == 200);
}

TEST_CASE("A path or a query that is not UTF-8 is refused", "[server]") {
  HttpFixture fixture;
  const std::string target = GENERATE("/api/v1/experiments?search=%cf", "/api/v1/experiments?%ff=1",
                                      "/api/v1/experiments/default/a%b0",
                                      "/api/v1/experiments/default/a/events?trial=a-%b0",
                                      "/api/v1/%c3%28", "/api/2.0/mlflow/runs/get?run_id=%fe");
  CAPTURE(target);
  const auto answer = fixture.client().Get(target);
  REQUIRE(answer);
  CHECK(answer->status == 400);
  const auto body = Json::parse(answer->body, nullptr, false);
  REQUIRE_FALSE(body.is_discarded());
  CHECK(body["error"]["message"].get<std::string>().find("is not UTF-8") != std::string::npos);
}

TEST_CASE("A client that still sends after its refusal can go on, and read it", "[server]") {
  HttpFixture fixture;
  const RawConnection client(fixture.port());
  CHECK(
      client.Send("POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\n"
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
  pollfd answered = {.fd = client.get(), .events = POLLIN, .revents = 0};
  REQUIRE(poll(&answered, 1, 10'000) == 1);
  for (int i = 0; i < 3; ++i) {
    // Long enough for the client's system to hear that nobody takes what was sent before.
    absl::SleepFor(absl::Milliseconds(100));
    CHECK(client.Send("2\r\n{}\r\n"));
  }
  CHECK(client.ReadToEnd().starts_with("HTTP/1.1 411 "));
}

TEST_CASE("Answers are compressed for those who take it", "[server]") {
  HttpFixture fixture;
  auto& client = fixture.client();
  client.set_decompress(false);
  const auto plain = client.Get("/api/v1/algorithms", {{"Accept-Encoding", "identity"}});
  CHECK_FALSE(plain->has_header("Content-Encoding"));
  CHECK(client.Get("/api/v1/algorithms", {{"Accept-Encoding", "gzip;q=0"}})->body == plain->body);
  const auto small = client.Get("/api/v1/algorithms", {{"Accept-Encoding", "br, gzip"}});
  CHECK(small->get_header_value("Content-Encoding") == "gzip");
  CHECK(small->get_header_value("Vary") == "Accept-Encoding");
  CHECK(small->body.size() * 2 < plain->body.size());
  client.set_decompress(true);
  CHECK(client.Get("/api/v1/algorithms", {{"Accept-Encoding", "gzip"}})->body == plain->body);
}

}  // namespace qalam
