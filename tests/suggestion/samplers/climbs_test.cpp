#include "suggestion/samplers/climbs.h"

#include <algorithm>
#include <cmath>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

bool HoldsPoint(const std::vector<Point>& points, const Point& point) {
  return std::find(points.begin(), points.end(), point) != points.end();
}

std::vector<Point> OpenSummits(const Climbs& climbs) {
  std::vector<Point> summits;
  climbs.ForEachOpenSummit([&](const Point& summit) {
    summits.push_back(summit);
    return true;
  });
  return summits;
}

struct Tried {
  Point point;
  Standing standing;
  bool usable;
};

// By the definition: floods each climb from its best point.
std::vector<Point> SlowOpenSummits(const SearchSpace& space, std::vector<Tried> tried) {
  std::sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) {
    return a.usable != b.usable ? a.usable : a.standing < b.standing;
  });
  std::vector<Point> all, usable, flooded, summits;
  for (const auto& it : tried) {
    all.push_back(it.point);
    if (it.usable) usable.push_back(it.point);
  }
  for (const auto& it : tried) {
    if (!it.usable || HoldsPoint(flooded, it.point)) continue;
    const auto around = Neighbours(space, it.point);
    if (!std::all_of(around.begin(), around.end(), [&](const Point& point) {
          return HoldsPoint(all, point) || !space.IsFeasible(point);
        })) {
      summits.push_back(it.point);
    }
    std::vector<Point> edge = {it.point};
    while (!edge.empty()) {
      const Point point = edge.back();
      edge.pop_back();
      if (HoldsPoint(flooded, point)) continue;
      flooded.push_back(point);
      for (const auto& next : Neighbours(space, point)) {
        if (HoldsPoint(usable, next)) edge.push_back(next);
      }
    }
  }
  return summits;
}

}  // namespace

TEST_CASE("Neighbours differ in one parameter and see each other", "[climbs]") {
  auto parameters = MixedSpace();
  if (GENERATE(false, true)) parameters[1].active_when = ActiveWhen{"word", {"tanh"}};
  const Bench bench = MakeBench("local-search", parameters);
  RandomStream stream(1, 0, "test");
  for (int i = 0; i < 30; ++i) {
    const Point point = RandomPoint(*bench.space, stream);
    const auto around = Neighbours(*bench.space, point);
    CHECK(!HoldsPoint(around, point));
    for (const Point& neighbour : around) {
      CHECK(HoldsPoint(Neighbours(*bench.space, neighbour), point));
      const auto read = bench.space->Parse(bench.space->Format(neighbour));
      REQUIRE(read.ok());
      CHECK(*read == neighbour);
    }
  }
}

TEST_CASE("Open summits are those of the definition, in whatever order trials end", "[climbs]") {
  const bool constrained = GENERATE(false, true);
  const auto space = *SearchSpace::Create(
      {Range("a", ParameterType::kInt, "0", "5"), Range("b", ParameterType::kInt, "0", "5"),
       List("c", ParameterType::kCategorical, {"x", "y"})},
      constrained ? std::vector<std::string>{"a + b <= 6"} : std::vector<std::string>{});
  RandomStream stream(2, 0, "test");
  for (int round = 0; round < 30; ++round) {
    Climbs climbs(space);
    std::vector<Tried> tried;
    const size_t count = 5 + stream.UniformInt(60);
    for (size_t i = 0; i < count; ++i) {
      // Few losses, so that there are ties.
      const Tried next{RandomPoint(space, stream),
                       {0, static_cast<double>(stream.UniformInt(8)), static_cast<int64_t>(i)},
                       stream.UniformInt(6) > 0};
      climbs.Add(next.point, next.standing, next.usable);
      const auto twin = std::find_if(tried.begin(), tried.end(),
                                     [&](const Tried& it) { return it.point == next.point; });
      if (twin == tried.end()) {
        tried.push_back(next);
      } else if (next.usable && (!twin->usable || next.standing < twin->standing)) {
        *twin = next;
      }
      CHECK(OpenSummits(climbs) == SlowOpenSummits(space, tried));
    }
  }
}

TEST_CASE("Local search finishes a climb before it starts another", "[climbs]") {
  // One hill over 60 points: ten starts, then neighbours of the best alone until the top.
  const Bench bench = MakeBench("local-search", {Range("a", ParameterType::kInt, "0", "59")});
  const auto sampler = bench.Make();
  double best = 1e9;
  for (int i = 0; i < 26; ++i) {
    const Point point = Propose(*sampler, {.count = 1, .first_trial_number = i}).front().point;
    const double loss = std::abs(point.values[0] - 41);
    best = std::min(best, loss);
    const TrialResult result{.number = i, .point = point, .objectives = {loss}};
    sampler->Tell({&result, 1});
  }
  CHECK(best == 0);
}

}  // namespace qalam
