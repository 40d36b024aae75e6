#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "controller/collector/metric_parser.h"

namespace qalam::collector {

// The points that a collector finds in one line, read at the time 42.
inline std::vector<SpooledPoint> ParsedLine(const Job& job, const std::string& line) {
  const auto parser = MakeMetricParser(job);
  INFO(Message(parser.status()));
  REQUIRE(parser.ok());
  std::vector<SpooledPoint> points;
  (*parser)->Parse(line, 42, points);
  return points;
}

}  // namespace qalam::collector
