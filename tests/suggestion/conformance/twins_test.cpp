// That nothing is tried twice while something is untried.

#include <algorithm>
#include <set>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

bool HoldsTwins(const std::vector<Point>& points, const Point& point) {
  return std::find(points.begin(), points.end(), point) != points.end();
}

std::vector<Parameter> TenPoints() {
  return {Range("a", ParameterType::kInt, "0", "4"),
          List("b", ParameterType::kCategorical, {"x", "y"})};
}

}  // namespace

TEST_CASE("Proposals are no twins while untried points remain", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, TenPoints());
  const auto sampler = bench.Make();
  std::vector<Proposal> proposed;
  std::vector<Point> seen;
  for (int i = 0; i < 10; ++i) {
    // Half of what was handed out is finished, the rest pending.
    SampleRequest request{.count = 1, .first_trial_number = i};
    for (int j = i / 2 * 2; j < i; ++j)
      request.pending.push_back({j, seen[static_cast<size_t>(j)]});
    const auto proposals = Propose(*sampler, request);
    REQUIRE(proposals.size() == 1);
    CHECK(!HoldsTwins(seen, proposals[0].point));
    seen.push_back(proposals[0].point);
    proposed.push_back(proposals[0]);
    if (i % 2 == 1) {
      for (int j : {i - 1, i}) {
        const TrialResult result = Ended(proposed[static_cast<size_t>(j)], {1.0 * j});
        sampler->Tell({&result, 1});
      }
    }
  }
  const auto more = Propose(*sampler, {.count = 3, .first_trial_number = 10});
  CHECK(more.size() == (entry.capabilities.exhaustible ? 0 : 3));
}

TEST_CASE("A batch holds no twins", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const int told = GENERATE(0, 4);
  const Bench bench = MakeBench(entry.name, TenPoints());
  const auto sampler = bench.Make();
  std::vector<Point> seen;
  for (const auto& proposal : Propose(*sampler, {.count = told})) {
    seen.push_back(proposal.point);
    const TrialResult result = Ended(proposal, {1.0 * static_cast<double>(proposal.trial_number)});
    sampler->Tell({&result, 1});
  }
  for (const auto& proposal : Propose(*sampler, {.count = 10 - told, .first_trial_number = told})) {
    CHECK(!HoldsTwins(seen, proposal.point));
    seen.push_back(proposal.point);
  }
  CHECK(seen.size() == 10);
}

TEST_CASE("Conditional points that differ only in what is inactive are twins", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::conditional);
  CAPTURE(entry.name);
  auto parameters = TenPoints();
  parameters[0].active_when = ActiveWhen{"b", {"x"}};
  const Bench bench = MakeBench(entry.name, parameters);  // five points with b = x, one with b = y
  std::vector<Point> seen;
  for (const auto& proposal : Propose(*bench.Make(), {.count = 6})) {
    CHECK(!HoldsTwins(seen, proposal.point));
    seen.push_back(proposal.point);
  }
  CHECK(seen.size() == 6);
}

TEST_CASE("A batch from a model holds no twins of pending or finished trials", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto history = History(*bench.space, 60);
  SampleRequest request{.count = 10, .first_trial_number = 80};
  RandomStream stream(4, 0, "test.pending");
  std::vector<Point> seen;
  for (int i = 60; i < 80; ++i) request.pending.push_back({i, RandomPoint(*bench.space, stream)});
  for (const auto& result : history) seen.push_back(result.point);
  for (const auto& pending : request.pending) seen.push_back(pending.point);
  for (const auto& proposal : ProposalsAfter(bench, history, request)) {
    CHECK(!HoldsTwins(seen, proposal.point));
    seen.push_back(proposal.point);
  }
}

TEST_CASE("A million million points are not gone through", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  std::vector<Parameter> parameters;
  for (int i = 0; i < 12; ++i) {
    parameters.push_back(Range(fmt::format("x{}", i), ParameterType::kInt, "0", "9"));
  }
  const Bench bench = MakeBench(entry.name, parameters);
  const auto sampler = bench.Make();
  std::vector<Point> seen;
  for (int round = 0; round < 3; ++round) {
    const auto proposals = Propose(*sampler, {.count = 10, .first_trial_number = 10 * round});
    RequireSound(*bench.space, proposals, 10, 10 * round);
    for (const auto& proposal : proposals) {
      CHECK(!HoldsTwins(seen, proposal.point));
      seen.push_back(proposal.point);
      const TrialResult result = Ended(proposal, {Sphere(*bench.space, proposal.point)});
      sampler->Tell({&result, 1});
    }
  }
}

TEST_CASE("What ends by itself tries each point once, whatever ends first", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::exhaustible);
  CAPTURE(entry.name);
  const Bench bench =
      MakeBench(entry.name, {Range("a", ParameterType::kInt, "0", "6"),
                             Range("b", ParameterType::kDouble, "0", "1", "0.25"),
                             List("c", ParameterType::kCategorical, {"x", "y", "z"})});
  const auto sampler = bench.Make();
  RandomStream stream(9, 0, "test.ends");
  std::vector<PendingPoint> pending;
  std::set<std::vector<double>> seen;
  int64_t number = 0;
  while (true) {
    const auto proposals =
        Propose(*sampler, {.count = 4, .first_trial_number = number, .pending = pending});
    for (const auto& proposal : proposals) {
      CHECK(seen.insert(proposal.point.values).second);
      pending.push_back({proposal.trial_number, proposal.point});
      ++number;
    }
    if (pending.empty()) break;
    const size_t ended = stream.UniformInt(pending.size());
    const TrialResult result{
        .number = pending[ended].number,
        .point = pending[ended].point,
        .state = number % 3 == 0 ? TrialState::kFailed : TrialState::kSucceeded,
        .objectives = {1}};
    sampler->Tell({&result, 1});
    pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(ended));
  }
  CHECK(seen.size() == 7 * 5 * 3);
}

}  // namespace qalam
