#include "suggestion/multi_objective/front_archive.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/random.h"

namespace qalam {

TEST_CASE("An archive holds the first front, in whatever order trials end", "[pareto]") {
  const bool feasible = GENERATE(true, false);
  const int seed = GENERATE(range(0, 5));
  RandomStream stream(7, seed, "archive");
  std::vector<FrontArchive::Entry> entries;
  std::vector<ObjectiveVector> objectives;
  std::vector<double> violations;
  for (int i = 0; i < 60; ++i) {
    // A coarse grid has equal points and ties.
    const ObjectiveVector vector = {static_cast<double>(stream.UniformInt(8)),
                                    static_cast<double>(stream.UniformInt(8))};
    const double violation = static_cast<double>(stream.UniformInt(3)) + (feasible ? 0.0 : 1.0);
    entries.push_back({violation, vector, i, {{static_cast<double>(i)}}});
    objectives.push_back(vector);
    violations.push_back(violation);
  }
  const std::vector<int> ranks = ConstrainedRanks(PointersTo(objectives), violations);
  std::vector<int64_t> expected;
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] == 0) expected.push_back(static_cast<int64_t>(i));
  }
  std::vector<int64_t> orders[2];
  for (auto& numbers : orders) {
    FrontArchive archive;
    for (const auto& entry : entries) archive.Add(entry);
    CHECK(archive.has_feasible() == feasible);
    for (const auto& entry : archive.entries()) numbers.push_back(entry.number);
    std::reverse(entries.begin(), entries.end());
  }
  CHECK(orders[0] == orders[1]);
  std::sort(orders[0].begin(), orders[0].end());
  if (feasible) CHECK(orders[0] == expected);
}

TEST_CASE("The ends of a front are spread first, then its gaps", "[pareto]") {
  FrontArchive archive;
  const double firsts[] = {0, 1, 2, 6, 10};
  for (int i = 0; i < 5; ++i) archive.Add({0, {firsts[i], 10 - firsts[i]}, i, {}});
  const auto spread = archive.Spread(3);
  REQUIRE(spread.size() == 3);
  CHECK(spread[0].number == 0);
  CHECK(spread[1].number == 4);
  CHECK(spread[2].number == 3);
}

}  // namespace qalam
