// A metric too large for a double was kept as 0, which a minimizer takes for its best.

#include <catch2/catch.hpp>
#include <cmath>

#include "controller/collector/number.h"
#include "tests/support/parsed_line.h"

namespace qalam::collector {

TEST_CASE("A number beyond a double's range is an infinity, one that is too small 0",
          "[regression]") {
  struct Case {
    const char* text;
    double value;
  };
  const auto one = GENERATE(values<Case>({{"1e400", INFINITY},
                                          {"-1e400", -INFINITY},
                                          {"+1e400", INFINITY},
                                          {"1e-400", 0},
                                          {"4e-320", 4e-320},
                                          {"1e308", 1e308}}));
  CAPTURE(one.text);
  // What the number was before is nobody's result.
  double value = 7;
  CHECK(ReadNumber(std::string(one.text) + " and more", value) == std::string(one.text).size());
  CHECK(value == one.value);
  Job job;
  job.metrics = {"loss"};
  const auto points = ParsedLine(job, fmt::format("loss={}, step=3", one.text));
  REQUIRE(points.size() == 1);
  CHECK(points[0].value == one.value);
  CHECK(points[0].step == 3);
}

}  // namespace qalam::collector
