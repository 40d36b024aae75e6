#include <catch2/catch.hpp>
#include <cmath>

#include "controller/collector/line_splitter.h"
#include "controller/collector/metric_parser.h"
#include "controller/collector/spool.h"
#include "tests/support/parsed_line.h"

namespace qalam::collector {

namespace {
std::vector<SpooledPoint> Parse(const std::string& line, Format format = Format::kText,
                                std::vector<std::string> filters = {}) {
  Job job;
  job.format = format;
  job.filters = std::move(filters);
  job.metrics = {"loss", "validation-accuracy", "a/b"};
  return ParsedLine(job, line);
}
}  // namespace

TEST_CASE("Metrics are found in lines of text", "[collector]") {
  struct Case {
    const char* line;
    const char* metric;
    double value;
    int64_t step;
  };
  const auto one =
      GENERATE(values<Case>({{"loss=0.5", "loss", 0.5, -1},
                             {"epoch=3 loss = -1.5e-3, other=2", "loss", -1.5e-3, 3},
                             {"{step=7} validation-accuracy=+.25", "validation-accuracy", 0.25, 7},
                             {"x a/b=1", "a/b", 1, -1},
                             {"\xff\xfe loss=2 \x80", "loss", 2, -1},
                             {"loss=inf", "loss", INFINITY, -1}}));
  CAPTURE(one.line);
  const auto points = Parse(one.line);
  REQUIRE(points.size() == 1);
  CHECK(points[0].metric == one.metric);
  CHECK(points[0].value == one.value);
  CHECK(points[0].step == one.step);
  CHECK(points[0].time_microseconds == 42);
}

TEST_CASE("Lines without a wanted metric give none", "[collector]") {
  const std::string line =
      GENERATE("", "loss", "loss=", "loss= ", "other=high", "xloss=1", "=5", "loss:5");
  CAPTURE(line);
  CHECK(Parse(line).empty());
}

TEST_CASE("A value that is no number is kept as text, to the end of the line", "[collector]") {
  const auto points = Parse("epoch=2 loss=Genotype(normal=[('a', 0)]) validation-accuracy=0.5");
  REQUIRE(points.size() == 2);
  CHECK(points[0].text == "Genotype(normal=[('a', 0)]) validation-accuracy=0.5");
  CHECK(std::isnan(points[0].value));
  CHECK(points[0].step == 2);
  CHECK(points[1].text.empty());
  CHECK(points[1].value == 0.5);
  // Katib's own filter for DARTS.
  const auto filtered = Parse("loss=Genotype(x)", Format::kText, {R"(([\w-]+)=(Genotype.*))"});
  REQUIRE(filtered.size() == 1);
  CHECK(filtered[0].text == "Genotype(x)");
  CHECK(Parse(R"({"loss": "deep"})", Format::kJson).at(0).text == "deep");
  CHECK(Parse(R"({"loss": [1]})", Format::kJson).empty());
}

TEST_CASE("NaN is kept and a leading time is taken", "[collector]") {
  const auto points = Parse("2026-11-24T00:00:01Z loss=nan");
  REQUIRE(points.size() == 1);
  CHECK(std::isnan(points[0].value));
  CHECK(points[0].time_microseconds == 1795478401000000);
}

TEST_CASE("Filters and JSON lines are read", "[collector]") {
  const auto filtered = Parse("loss: 0.5;", Format::kText, {"(\\w+): ([0-9.]+)"});
  REQUIRE(filtered.size() == 1);
  CHECK(filtered[0].value == 0.5);
  Job bad;
  bad.filters = {"(unclosed"};
  CHECK(MakeMetricParser(bad).status().code() == StatusCode::kInvalidArgument);
  const auto json =
      Parse(R"({"epoch": 2, "loss": "0.25", "a/b": 3, "timestamp": 1.5})", Format::kJson);
  REQUIRE(json.size() == 2);
  CHECK(json[0].value == 0.25);
  CHECK(json[0].step == 2);
  CHECK(json[0].time_microseconds == 1500000);
  CHECK(Parse("{broken", Format::kJson).empty());
}

TEST_CASE("The spool reads back what was written and waits for a torn tail", "[collector]") {
  std::string text;
  AppendSpoolLine({5, -1, NAN, "a b"}, text);
  AppendSpoolLine({6, 3, 0.1, "c"}, text);
  const std::string genotype = "a \"b\" \\ \n=\xc3\xa9";
  AppendSpoolLine({8, 4, NAN, "d e", genotype}, text);
  const size_t whole = text.size();
  text += "7 1 0.";
  std::vector<SpooledPoint> points;
  CHECK(ParseSpool(text, points) == whole);
  REQUIRE(points.size() == 3);
  CHECK(std::isnan(points[0].value));
  CHECK(points[0].metric == "a b");
  CHECK(points[1].value == 0.1);
  CHECK(points[2].text == genotype);
  CHECK(points[2].metric == "d e");
  CHECK(std::isnan(points[2].value));
}

TEST_CASE("A line without end costs no memory", "[collector]") {
  LineSplitter splitter;
  size_t longest = 0;
  const std::string chunk(1 << 20, 'x');
  const auto take = [&](std::string_view line) { longest = std::max(longest, line.size()); };
  for (int i = 0; i < 100; ++i) splitter.Feed(chunk, take);
  splitter.Feed("\nloss=1\n", take);
  CHECK(longest == LineSplitter::kMaxLine);
}

}  // namespace qalam::collector
