// A metrics filter that can match nothing kept the collector busy for ever with one line.

#include <catch2/catch.hpp>

#include "tests/support/parsed_line.h"

namespace qalam::collector {
namespace {

std::vector<SpooledPoint> PointsOf(const std::string& filter, const std::string& line) {
  Job job;
  job.metrics = {"loss", "accuracy"};
  if (!filter.empty()) job.filters = {filter};
  return ParsedLine(job, line);
}

}  // namespace

TEST_CASE("A filter that can match nothing comes to the line's end", "[regression]") {
  CHECK(PointsOf("([a-z:] ()+[0-9.]+)*", " \"*$: 3 }").empty());
  CHECK(PointsOf("()()", "loss").empty());
  const auto points = PointsOf("(?:([a-z]+)=([0-9.]+))?", "- loss=0.5,accuracy=0.25 -");
  REQUIRE(points.size() == 2);
  CHECK(points[0].metric == "loss");
  CHECK(points[0].value == 0.5);
  CHECK(points[1].metric == "accuracy");
  CHECK(points[1].value == 0.25);
}

TEST_CASE("A filter's anchors mean the line, not what is left of it", "[regression]") {
  const auto points = PointsOf("^([a-z]+)=([0-9])", "loss=1accuracy=2");
  REQUIRE(points.size() == 1);
  CHECK(points[0].metric == "loss");
  CHECK(PointsOf(R"(\b(loss)=([0-9]))", "0loss=1").empty());
  CHECK(PointsOf(R"((?:x|\b(loss)=([0-9])))", "xloss=1").empty());
}

// Each would else be kept with all that follows it: 64 KiB of output became 400 MiB.
TEST_CASE("Of a text that holds more such texts only the whole is kept", "[regression]") {
  const auto points = PointsOf("", "loss=a loss=b accuracy=c accuracy=0.5");
  REQUIRE(points.size() == 2);
  CHECK(points[0].text == "a loss=b accuracy=c accuracy=0.5");
  CHECK(points[1].metric == "accuracy");
  CHECK(points[1].value == 0.5);
}

}  // namespace qalam::collector
