// That a sampler is a function of its seed and of the set of finished trials.

#include <algorithm>
#include <map>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

std::vector<Point> PointsOfRun(const Bench& bench, uint64_t seed) {
  const auto sampler = bench.Make(seed);
  std::vector<Point> points;
  for (int i = 0; i < 30; ++i) {
    const auto proposal = Propose(*sampler, {.count = 1, .first_trial_number = i}).front();
    points.push_back(proposal.point);
    const TrialResult result = Ended(proposal, {Sphere(*bench.space, proposal.point)});
    sampler->Tell({&result, 1});
  }
  return points;
}

}  // namespace

TEST_CASE("A repeated request gets the same answer", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const int told = GENERATE(0, 5, 80);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto sampler = bench.Make();
  sampler->Tell(History(*bench.space, told));
  const SampleRequest request{.count = 4, .first_trial_number = told};
  const auto first = Propose(*sampler, request);
  // Another request in between leaves no trace.
  (void)Propose(*sampler, {.count = 2, .first_trial_number = told + 50});
  CHECK(Same(first, Propose(*sampler, request)));
}

TEST_CASE("Tell takes trials in any order and cut into any calls", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  // Some known beforehand, some of the numbers still under way.
  auto history = History(*bench.space, 95, -10);
  std::erase_if(history, [](const TrialResult& result) { return result.number % 7 == 6; });
  const SampleRequest request{.count = 3, .first_trial_number = 85};
  const auto expected = ProposalsAfter(bench, history, request);
  RandomStream stream(6, 0, "test.order");
  for (int round = 0; round < 3; ++round) {
    if (round == 0) {
      std::reverse(history.begin(), history.end());
    } else {
      Shuffle(history, stream);
    }
    const auto sampler = bench.Make();
    for (size_t begin = 0; begin < history.size();) {
      const size_t size =
          std::min(1 + stream.UniformInt(round == 2 ? 40 : 4), history.size() - begin);
      sampler->Tell(std::span(history).subspan(begin, size));
      begin += size;
      // What was asked on the way leaves no trace either.
      if (begin % 3 == 0) (void)Propose(*sampler, {.count = 1, .first_trial_number = 200});
    }
    CAPTURE(round);
    CHECK(Same(expected, Propose(*sampler, request)));
  }
}

// Trials end out of order and in every way while up to six are under way.
TEST_CASE("A restart after any trial goes on as the unbroken run would", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto unbroken = bench.Make();
  RandomStream stream(8, 0, "test.run");
  std::vector<TrialResult> history;
  std::map<int64_t, Proposal> proposed;
  SampleRequest request;
  while (history.size() < 40) {
    const auto proposals = Propose(*unbroken, request);
    CAPTURE(history.size(), request.first_trial_number);
    REQUIRE(Same(proposals, ProposalsAfter(bench, history, request)));
    for (const auto& proposal : proposals) {
      request.pending.push_back({proposal.trial_number, proposal.point});
      proposed[proposal.trial_number] = proposal;
      ++request.first_trial_number;
    }
    const size_t left = stream.UniformInt(6);
    while (request.pending.size() > left) {
      const size_t ended = stream.UniformInt(request.pending.size());
      const Proposal& proposal = proposed[request.pending[ended].number];
      TrialResult result = Ended(proposal, {Sphere(*bench.space, proposal.point)});
      if (stream.UniformInt(5) == 0) {
        result.state = TrialState::kFailed;
        result.objectives.clear();
      }
      history.push_back(result);
      unbroken->Tell({&result, 1});
      request.pending.erase(request.pending.begin() + static_cast<std::ptrdiff_t>(ended));
    }
    request.count = 1 + static_cast<int>(stream.UniformInt(2));
  }
}

TEST_CASE("The same seed gives the same run and another seed another", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto first = PointsOfRun(bench, 1);
  CHECK(first == PointsOfRun(bench, 1));
  const bool draws = std::any_of(entry.settings.begin(), entry.settings.end(),
                                 [](const auto& schema) { return schema.name == "random_state"; });
  CHECK((first == PointsOfRun(bench, 2)) == !draws);
  if (!draws) return;
  Bench given = MakeBench(entry.name, WidestSpace(entry));
  given.spec.algorithm.settings.push_back({"random_state", "1"});
  CHECK(first == PointsOfRun(given, 2));
}

}  // namespace qalam
