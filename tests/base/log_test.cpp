#include "base/log.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace qalam {

namespace {

using Json = nlohmann::json;

std::string Line(bool as_json, const std::string& message, const LogFields& fields) {
  return FormatLogLine(as_json, LogLevel::kWarn, "2026-11-28T10:00:00Z", "controller", message,
                       fields);
}

}  // namespace

TEST_CASE("A line of the log has its fields, as text and as JSON", "[log]") {
  const LogFields fields = {{"experiment", "first"}, {"error", "no room: \"disk\" is full"}};
  CHECK(Line(false, "cannot save", fields) ==
        "2026-11-28T10:00:00Z warn controller: cannot save experiment=first "
        "error=\"no room: \\\"disk\\\" is full\"");
  const Json json = Json::parse(Line(true, "cannot save", fields));
  CHECK(json == Json{{"time", "2026-11-28T10:00:00Z"},
                     {"level", "warn"},
                     {"component", "controller"},
                     {"message", "cannot save"},
                     {"experiment", "first"},
                     {"error", "no room: \"disk\" is full"}});
}

TEST_CASE("No text can begin a line of the log, a field or an escape of a terminal", "[log]") {
  const std::string evil =
      "a\nerror forged: b=c\r\x1b[31m\x00\x7f\xff\" ,\"level\":\"info"
      "\xe2\x80\xa8";
  const std::string texts[] = {evil, std::string("nul\0inside", 10), "\xc3", "x=y z=1"};
  for (const auto& text : texts) {
    CAPTURE(text);
    for (const bool as_json : {false, true}) {
      const std::string line = Line(as_json, text, {{"name", text}, {text, "value"}});
      for (const unsigned char c : line) CHECK(c >= 0x20);
      if (!as_json) continue;
      const Json json = Json::parse(line);
      CHECK(json["level"] == "warn");
      CHECK(json.size() == 6);
    }
  }
  // In the text form a value that could be taken for more than one is in quotes.
  const std::string line = Line(false, "m", {{"name", "x=y z=1"}});
  CHECK(line.ends_with("name=\"x=y z=1\""));
}

TEST_CASE("A text in the log is cut at 8 KiB", "[log]") {
  CHECK(Line(true, std::string(1 << 20, 'x'), {}).size() < (9 << 10));
  CHECK(Line(false, "m", {{"n", std::string(1 << 20, 'x')}}).size() < (9 << 10));
}

TEST_CASE("A level or a format of the log that there is not is refused", "[log]") {
  CHECK(InitLog({"loud", "text"}).code() == StatusCode::kInvalidArgument);
  CHECK(InitLog({"warn", "xml"}).code() == StatusCode::kInvalidArgument);
  CHECK(InitLog({"warn", "text"}).ok());
}

}  // namespace qalam
