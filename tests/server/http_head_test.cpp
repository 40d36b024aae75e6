// Heads of requests that no browser sends, over a plain socket.

#include <catch2/catch.hpp>

#include "tests/support/http_fixture.h"
#include "tests/support/raw_connection.h"

namespace qalam {

namespace {

constexpr char kRequestLine[] = "GET /api/v1/info HTTP/1.1\r\n";
constexpr char kHost[] = "Host: localhost\r\n";

std::string AnswerTo(HttpFixture& fixture, const std::string& head) {
  const RawConnection connection(fixture.port());
  connection.Send(head);
  return connection.ReadToEnd();
}

std::string Headers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("X-{}: 1\r\n", i);
  return text;
}

}  // namespace

TEST_CASE("A head beyond its bounds is refused, and the server goes on", "[server]") {
  HttpFixture fixture;
  const std::string close = "Connection: close\r\n";
  for (const std::string& head : {
           kRequestLine + std::string(kHost) + Headers(200) + close + "\r\n",
           kRequestLine + std::string(kHost) + Headers(10'000) + "\r\n",
           "GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n",
           std::string(1 << 20, 'a'),
           // What is no header is passed over, and counts.
           kRequestLine + std::string(1 << 20, '\n'),
       }) {
    CAPTURE(head.size(), head.substr(0, 40));
    const auto answer = AnswerTo(fixture, head);
    CAPTURE(answer);
    CHECK(answer.starts_with("HTTP/1.1 431 "));
    CHECK(answer.find("\"RESOURCE_EXHAUSTED\"") != std::string::npos);
    CHECK(answer.find("nosniff") != std::string::npos);
    CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);  // one answer
  }
  CHECK(fixture.Get("/info").status == 200);
}

TEST_CASE("A head within its bounds is taken, in whatever pieces it comes", "[server]") {
  HttpFixture fixture;
  const std::string request = kRequestLine + std::string(kHost) + Headers(90);
  CHECK(AnswerTo(fixture, request + "Connection: close\r\n\r\n").starts_with("HTTP/1.1 200 "));

  const RawConnection slow(fixture.port());
  for (const char one : request) REQUIRE(slow.Send(std::string(1, one)));
  REQUIRE(slow.Send("Connection: close\r\n\r\n"));
  CHECK(slow.ReadToEnd().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("Requests that come together are answered in turn", "[server]") {
  HttpFixture fixture;
  const std::string get = kRequestLine + std::string(kHost);
  const std::string change = fmt::format(
      "POST /api/v1/validate HTTP/1.1\r\n{}Content-Type: application/json\r\n"
      "Content-Length: 15\r\n\r\n{{\"document\":\"\"}}",
      kHost);
  const auto answers = AnswerTo(fixture, get + "\r\n" + change + get + "Connection: close\r\n\r\n");
  CAPTURE(answers);
  size_t count = 0;
  for (size_t at = 0; (at = answers.find("HTTP/1.1 200 ", at)) != std::string::npos; ++at) ++count;
  CHECK(count == 3);
}

}  // namespace qalam
