// cmaes as a sampler: what it learns from, in which order, and how well.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "base/random.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

using Labels = std::map<std::string, std::string>;
using ObjectiveFunction = std::function<TrialResult(const Proposal&)>;

Parameter Continuous(const std::string& name) {
  Parameter parameter{.name = name};
  parameter.feasible_space = {.min = "0", .max = "1"};
  return parameter;
}

Parameter WholeNumbers(const std::string& name, int high) {
  Parameter parameter{.name = name, .type = ParameterType::kInt};
  parameter.feasible_space = {.min = "0", .max = std::to_string(high)};
  return parameter;
}

Parameter Words(const std::string& name, std::vector<std::string> words) {
  Parameter parameter{.name = name, .type = ParameterType::kCategorical};
  parameter.feasible_space.list = std::move(words);
  return parameter;
}

struct Search {
  SearchSpace space;
  ExperimentSpec spec;
  std::unique_ptr<Sampler> Make(uint64_t seed = 1) const {
    auto sampler = CreateSampler(spec, space, seed);
    INFO(Message(sampler.status()));
    REQUIRE(sampler.ok());
    return *std::move(sampler);
  }
};

Search MakeSearch(const std::vector<Parameter>& parameters, std::vector<Setting> settings = {}) {
  Search search{.space = *SearchSpace::Create(parameters)};
  search.spec.parameters = parameters;
  search.spec.algorithm.name = "cmaes";
  search.spec.algorithm.settings = std::move(settings);
  return search;
}

std::vector<Parameter> Cube(int dimensions) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < dimensions; ++i) parameters.push_back(Continuous(fmt::format("x{}", i)));
  return parameters;
}

double SphereOf(const Point& point, double centre = 0.3) {
  double sum = 0;
  for (const double x : point.values) sum += (x - centre) * (x - centre);
  return sum;
}

TrialResult Succeed(const Proposal& proposal, double loss) {
  return {.number = proposal.trial_number,
          .point = proposal.point,
          .objectives = {loss},
          .labels = proposal.labels};
}

TrialResult SphereTrial(const Proposal& proposal) {
  return Succeed(proposal, SphereOf(proposal.point));
}

Proposal Ask(const Sampler& sampler, int64_t number) {
  return sampler.Suggest({.count = 1, .first_trial_number = number})->front();
}

// One trial at a time; all that was told.
std::vector<TrialResult> RunEvolution(Sampler& sampler, int trials,
                                      const ObjectiveFunction& objective) {
  std::vector<TrialResult> told;
  for (int i = 0; i < trials; ++i) {
    told.push_back(objective(Ask(sampler, i)));
    sampler.Tell({&told.back(), 1});
  }
  return told;
}

double BestValue(const std::vector<TrialResult>& told) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& result : told) {
    const bool feasible = result.violations.empty() || result.violations[0] <= 0;
    if (feasible && !result.objectives.empty()) best = std::min(best, result.objectives[0]);
  }
  return best;
}

bool Same(const Proposal& a, const Proposal& b) {
  return a.trial_number == b.trial_number && a.point == b.point && a.labels == b.labels;
}

// Workers whose trials take anything from 1 to `slowest` ticks, one in ten of them the longest.
// Calls `check` after each tick with all that was told so far.
std::vector<TrialResult> RunParallel(
    Sampler& sampler, int trials, int workers, int slowest, const ObjectiveFunction& objective,
    const std::function<void(const std::vector<TrialResult>&, const SampleRequest&)>& check = {}) {
  struct Running {
    Proposal proposal;
    int64_t ends;
  };
  RandomStream stream(9, 0, "test.durations");
  std::vector<Running> running;
  std::vector<TrialResult> told;
  int64_t next = 0;
  for (int64_t tick = 0; static_cast<int>(told.size()) < trials; ++tick) {
    SampleRequest request{.count = workers - static_cast<int>(running.size()),
                          .first_trial_number = next};
    for (const auto& trial : running) {
      request.pending.push_back({trial.proposal.trial_number, trial.proposal.point});
    }
    if (check) check(told, request);
    auto proposals = *sampler.Suggest(request);
    for (auto& proposal : proposals) {
      const auto usual = static_cast<int64_t>(1 + stream.UniformInt(3));
      running.push_back(
          {std::move(proposal), tick + (stream.UniformInt(10) == 0 ? slowest : usual)});
      ++next;
    }
    for (size_t i = 0; i < running.size();) {
      if (running[i].ends > tick) {
        ++i;
        continue;
      }
      told.push_back(objective(running[i].proposal));
      sampler.Tell({&told.back(), 1});
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return told;
}

int Generation(const Proposal& proposal) { return std::stoi(proposal.labels.at("generation")); }

std::vector<Parameter> SpaceOfAllKinds() {
  return {Continuous("a"), Continuous("b"), WholeNumbers("steps", 9),
          Words("kind", {"x", "y", "z"}), WholeNumbers("flag", 1)};
}

// Best at a = b = 0.3, steps = 7, kind = y, flag = 1.
double Mixed(const Point& p) {
  return std::pow(p.values[0] - 0.3, 2) + std::pow(p.values[1] - 0.3, 2) +
         0.02 * std::fabs(p.values[2] - 7) + (p.values[3] == 1 ? 0 : 0.2) +
         (p.values[4] == 1 ? 0 : 0.1);
}

TrialResult MixedTrial(const Proposal& proposal) {
  return Succeed(proposal, Mixed(proposal.point));
}

}  // namespace

TEST_CASE("cmaes converges inside the cube and on its faces", "[cmaes]") {
  const Search search = MakeSearch(Cube(5));
  CHECK(BestValue(RunEvolution(*search.Make(), 900, SphereTrial)) < 1e-10);
  // Falls towards a corner.
  const auto corner = RunEvolution(*search.Make(), 300, [](const Proposal& proposal) {
    return Succeed(proposal, SphereOf(proposal.point, -0.5) - 5 * 0.25);
  });
  CHECK(BestValue(corner) == Approx(0).margin(1e-12));
}

TEST_CASE("cmaes tries the faces of the cube only where the search leads there", "[cmaes]") {
  const auto share_on_faces = [](double centre) {
    const Search search = MakeSearch(Cube(5));
    const auto told = RunEvolution(*search.Make(), 200, [&](const Proposal& proposal) {
      return Succeed(proposal, SphereOf(proposal.point, centre));
    });
    const auto count = std::count_if(told.begin(), told.end(), [](const auto& result) {
      return std::any_of(result.point.values.begin(), result.point.values.end(),
                         [](double x) { return x == 0 || x == 1; });
    });
    return static_cast<double>(count) / static_cast<double>(told.size());
  };
  // At first about every second sample falls outside in some coordinate.
  CHECK(share_on_faces(0.2) < 0.05);
  CHECK(share_on_faces(-0.3) > 0.5);
}

TEST_CASE("cmaes settles integers, lists and categories", "[cmaes]") {
  const Search search = MakeSearch(SpaceOfAllKinds());
  int solved = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    solved += BestValue(RunEvolution(*search.Make(seed), 400, MixedTrial)) < 1e-4;
  }
  CHECK(solved >= 8);
}

TEST_CASE("A generation waits for nobody, and stragglers still count", "[cmaes]") {
  const Search search = MakeSearch(Cube(5));
  const auto sampler = search.Make();
  const auto told = RunParallel(*sampler, 900, 12, 40, SphereTrial);
  CHECK(BestValue(told) < 1e-4);

  // One trial of the first generation never ends.
  const auto stuck = search.Make();
  for (int i = 1; i <= 80; ++i) {
    SampleRequest request{.count = 1, .first_trial_number = i};
    const auto result = SphereTrial(stuck->Suggest(request)->front());
    stuck->Tell({&result, 1});
  }
  CHECK(Generation(Ask(*stuck, 81)) == 10);  // of 8 trials each
  // When it ends after all, it counts where it was drawn: what follows has changed.
  const Proposal before = Ask(*stuck, 81);
  const auto late = SphereTrial(Ask(*search.Make(), 0));
  stuck->Tell({&late, 1});
  CHECK(Generation(Ask(*stuck, 81)) == 10);
  CHECK_FALSE(Same(Ask(*stuck, 81), before));
}

TEST_CASE("The state is a function of the set of results, also in mid-generation", "[cmaes]") {
  const std::string restarts = GENERATE("none", "bipop");
  const Search search = MakeSearch(SpaceOfAllKinds(), {{"restart_strategy", restarts}});
  const auto live = search.Make();
  int tick = 0;
  RunParallel(*live, 250, 5, 25, MixedTrial, [&](const auto& told, const auto& request) {
    if (++tick % 7 != 0 || request.count == 0) return;
    const auto expected = live->Suggest(request)->front();
    auto history = told;
    std::sort(history.begin(), history.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    const auto at_once = search.Make();
    at_once->Tell(history);
    CHECK(Same(at_once->Suggest(request)->front(), expected));
    const auto backwards = search.Make();
    for (auto result = history.rbegin(); result != history.rend(); ++result) {
      backwards->Tell({&*result, 1});
      if (result->number % 11 == 0) (void)backwards->Suggest(request);
    }
    CHECK(Same(backwards->Suggest(request)->front(), expected));
  });
}

TEST_CASE("Trials without labels are learnt from in order of number", "[cmaes]") {
  const Search search = MakeSearch(Cube(5));
  const auto sampler = search.Make();
  auto told = RunEvolution(*sampler, 200, SphereTrial);
  const Proposal labelled = Ask(*sampler, 200);

  SECTION("a controller drops the labels of all") {
    for (auto& result : told) result.labels.clear();
    const auto other = search.Make();
    other->Tell(told);
    // One at a time, generations are the same groups of trials.
    CHECK(Same(Ask(*other, 200), labelled));
  }
  SECTION("a user adds trials before and in between") {
    // Of generation 12, by their neighbours; one comes late.
    for (const size_t i : {100u, 101u, 103u}) told[i].labels.clear();
    const auto in_order = search.Make();
    in_order->Tell(told);
    CHECK(Same(Ask(*in_order, 200), labelled));
    const auto late = search.Make();
    for (size_t i = 0; i < told.size(); ++i) {
      if (i != 98 && i != 101) late->Tell({&told[i], 1});
    }
    (void)Ask(*late, 200);
    for (const size_t i : {101u, 98u}) late->Tell({&told[i], 1});
    CHECK(Same(Ask(*late, 200), labelled));
  }
}

TEST_CASE("A label that makes no sense does no harm", "[cmaes]") {
  const Search search = MakeSearch(Cube(2));
  const auto sampler = search.Make();
  const std::string text = GENERATE("-1", "2147483647", "many", "99999999999999999999", "");
  for (int i = 0; i < 40; ++i) {
    auto result = SphereTrial(Ask(*sampler, i));
    if (i % 2 == 0) result.labels = {{"restart", text}, {"generation", text}, {"draw", text}};
    sampler->Tell({&result, 1});
  }
  CHECK(BestValue({SphereTrial(Ask(*sampler, 40))}) < 2);
}

TEST_CASE("Earlier results give a head start", "[cmaes]") {
  const Search search = MakeSearch(Cube(6));
  RandomStream stream(4, 0, "test.earlier");
  std::vector<TrialResult> earlier;
  for (int i = 0; i < 100; ++i) {
    Point point;
    for (int k = 0; k < 6; ++k) point.values.push_back(stream.Uniform());
    // A similar task: its optimum is a little off.
    earlier.push_back({.number = -1 - i, .point = point, .objectives = {SphereOf(point, 0.25)}});
  }
  int wins = 0;
  constexpr int kSeeds = 20;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto warm = search.Make(seed);
    warm->Tell(earlier);
    wins += BestValue(RunEvolution(*warm, 40, SphereTrial)) <
            BestValue(RunEvolution(*search.Make(seed), 40, SphereTrial));
  }
  // A fair coin gives 15 or more heads of 20 with probability 0.02.
  CHECK(wins >= 15);
}

TEST_CASE("cmaes keeps outcome constraints and avoids failures", "[cmaes]") {
  const Search search = MakeSearch(Cube(3));
  // The best feasible points have x0 = 0.6, at a loss of 0.09.
  const auto constrained = RunEvolution(*search.Make(), 400, [](const Proposal& proposal) {
    auto result = SphereTrial(proposal);
    result.violations = {0.6 - proposal.point.values[0]};
    return result;
  });
  CHECK(BestValue(constrained) >= 0.09);
  CHECK(BestValue(constrained) < 0.0901);

  const auto failing = RunEvolution(*search.Make(), 500, [](const Proposal& proposal) {
    auto result = SphereTrial(proposal);
    if (proposal.point.values[0] > 0.45) {
      result.state = TrialState::kFailed;
      result.objectives.clear();
    }
    return result;
  });
  CHECK(BestValue(failing) < 1e-8);
}

TEST_CASE("A run ends on a plateau, and not while it gets on", "[cmaes]") {
  const std::string strategy = GENERATE("ipop", "bipop");
  const std::vector<Setting> settings = {{"restart_strategy", strategy}};
  const auto restarts = [](const Sampler& sampler, int trials) {
    return std::stoi(Ask(sampler, trials).labels.at("restart"));
  };
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const auto smooth = MakeSearch(Cube(5), settings).Make(seed);
    RunEvolution(*smooth, 500, SphereTrial);
    CHECK(restarts(*smooth, 500) == 0);
    const auto stepped = MakeSearch(Cube(2), settings).Make(seed);
    RunEvolution(*stepped, 200, [](const Proposal& proposal) {
      double sum = 0;
      for (const double x : proposal.point.values) sum += std::floor(std::fabs(8 * (x - 0.3)));
      return Succeed(proposal, sum);
    });
    CHECK(restarts(*stepped, 200) > 0);
  }
}

TEST_CASE("A failed trial ranks behind one that breaks a constraint", "[cmaes]") {
  const Search search = MakeSearch(Cube(2));
  // Nothing near the start is feasible: below 0.5 trials fail, above it they break the constraint
  // the less the nearer they are to where it holds.
  const auto trial = [](const Proposal& proposal) {
    const double x = proposal.point.values[0];
    if (x >= 0.5) {
      auto result = SphereTrial(proposal);
      result.violations = {0.95 - x};
      return result;
    }
    auto failed = SphereTrial(proposal);
    failed.state = TrialState::kFailed;
    failed.objectives.clear();
    return failed;
  };
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(std::isfinite(BestValue(RunEvolution(*search.Make(seed), 100, trial))));
  }
}

TEST_CASE("Restarts find what a single run misses", "[cmaes]") {
  const auto rastrigin = [](const Proposal& proposal) {
    double sum = 0;
    for (const double unit : proposal.point.values) {
      const double x = 10 * (unit - 0.37);
      sum += x * x - 10 * std::cos(2 * M_PI * x) + 10;
    }
    return Succeed(proposal, sum);
  };
  std::map<std::string, int> solved;
  for (const std::string strategy : {"none", "ipop", "bipop"}) {
    const Search search = MakeSearch(Cube(3), {{"restart_strategy", strategy}});
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      solved[strategy] += BestValue(RunEvolution(*search.Make(seed), 12000, rastrigin)) < 1e-6;
    }
  }
  CHECK(solved["ipop"] > solved["none"]);
  CHECK(solved["bipop"] > solved["none"]);
  CHECK(solved["ipop"] >= 8);
  CHECK(solved["bipop"] >= 8);
}

}  // namespace qalam
