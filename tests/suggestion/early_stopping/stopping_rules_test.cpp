// What each rule stops, and one suite over every registered one.

#include <catch2/catch.hpp>
#include <limits>
#include <map>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {
namespace {

ExperimentSpec StoppingSpec(const std::string& rule, const std::vector<Setting>& settings) {
  ExperimentSpec spec;
  spec.objective.metric_name = "loss";
  spec.objective.type = ObjectiveType::kMinimize;
  spec.early_stopping = EarlyStopping{rule, settings};
  return spec;
}

std::unique_ptr<StoppingRule> MakeRule(const std::string& rule,
                                       const std::vector<Setting>& settings) {
  auto made = CreateEarlyStopping(StoppingSpec(rule, settings));
  INFO(Message(made.status()));
  REQUIRE(made.ok());
  REQUIRE(made->has_value());
  return std::move((*made)->rule);
}

// Adds the losses of steps 1, 2, ... and says after how many of them the trial is stopped; 0:
// never.
int StoppedAfter(const StoppingRule& rule, TrialCurves& curves, const std::string& trial,
                 const std::vector<double>& losses) {
  for (size_t i = 0; i < losses.size(); ++i) {
    curves.Add(trial, static_cast<int64_t>(i) + 1, losses[i]);
    if (rule.Judge(curves, trial)) return static_cast<int>(i) + 1;
  }
  return 0;
}

// Settings that a rule needs besides its defaults.
std::vector<Setting> NeededSettings(const std::string& rule) {
  if (rule == "threshold") return {{"upper", "100"}};
  return {};
}

}  // namespace

TEST_CASE("medianstop holds the best value against the others' averages", "[early-stopping]") {
  const auto rule = MakeRule("medianstop", {{"min_trials_required", "3"}, {"start_step", "2"}});
  TrialCurves curves;
  // Averages at step 2: 3, 4, 5; the median is 4.
  for (const auto& [name, losses] : std::map<std::string, std::vector<double>>{
           {"a", {4, 2, 0}}, {"b", {4, 4, 0}}, {"c", {5, 5, 0}}}) {
    for (size_t i = 0; i < losses.size(); ++i) {
      curves.Add(name, static_cast<int64_t>(i) + 1, losses[i]);
    }
  }
  SECTION("worse than the median at the first step that counts") {
    CHECK(StoppedAfter(*rule, curves, "new", {9, 4.5}) == 2);
  }
  SECTION("as good as the median goes on; the best value counts, not the last") {
    CHECK(StoppedAfter(*rule, curves, "new", {4, 9}) == 0);
  }
  SECTION("at step 3 the averages are 2, 8/3 and 10/3") {
    CHECK(StoppedAfter(*rule, curves, "new", {4, 4, 2.7}) == 3);
    CHECK(StoppedAfter(*rule, curves, "other", {4, 4, 2}) == 0);
  }
  SECTION("too few others") {
    curves.Forget("c");
    CHECK(StoppedAfter(*rule, curves, "new", {9, 9, 9}) == 0);
  }
}

TEST_CASE("percentile keeps the best share", "[early-stopping]") {
  const auto rule = MakeRule("percentile", {{"percentile", "25"}, {"start_step", "1"}});
  TrialCurves curves;
  for (int i = 0; i < 5; ++i) curves.Add(std::to_string(i), 1, i);  // the first quarter ends at 1
  CHECK(StoppedAfter(*rule, curves, "good", {1}) == 0);
  curves.Forget("good");
  CHECK(StoppedAfter(*rule, curves, "bad", {1.5}) == 1);
}

TEST_CASE("patience waits for an improvement that counts", "[early-stopping]") {
  TrialCurves curves;
  const auto plain = MakeRule("patience", {{"patience", "2"}});
  CHECK(StoppedAfter(*plain, curves, "falls", {5, 4, 3, 2, 1}) == 0);
  CHECK(StoppedAfter(*plain, curves, "rests", {5, 4, 4, 4}) == 4);
  CHECK(StoppedAfter(*plain, curves, "recovers", {5, 6, 4, 6, 3}) == 0);
  const auto strict = MakeRule("patience", {{"patience", "2"}, {"min_delta", "1"}});
  CHECK(StoppedAfter(*strict, curves, "creeps", {5, 4.6, 4.2, 3.8}) == 3);
  const auto late = MakeRule("patience", {{"patience", "1"}, {"start_step", "4"}});
  CHECK(StoppedAfter(*late, curves, "warms up", {5, 5, 5, 5}) == 4);
}

TEST_CASE("threshold stops what leaves the bounds or is no number", "[early-stopping]") {
  TrialCurves curves;
  const auto rule = MakeRule("threshold", {{"lower", "-1"}, {"upper", "10"}});
  constexpr double kDiverged = std::numeric_limits<double>::quiet_NaN();
  CHECK(StoppedAfter(*rule, curves, "within", {10, -1, 0}) == 0);
  CHECK(StoppedAfter(*rule, curves, "above", {1, 10.5}) == 2);
  CHECK(StoppedAfter(*rule, curves, "below", {-1.5}) == 1);
  CHECK(StoppedAfter(*rule, curves, "diverged", {1, 1, kDiverged}) == 3);
}

TEST_CASE("Bounds are the metric's own also when it is maximised", "[early-stopping]") {
  auto spec = StoppingSpec("threshold", {{"lower", "0.5"}});
  spec.objective.type = ObjectiveType::kMaximize;
  const auto made = *CreateEarlyStopping(spec);
  REQUIRE(made->maximize);
  TrialCurves curves;
  curves.Add("good", 1, -0.9);  // as the caller mirrors an accuracy of 0.9
  curves.Add("bad", 1, -0.4);
  CHECK_FALSE(made->rule->Judge(curves, "good"));
  const auto because = made->rule->Judge(curves, "bad");
  REQUIRE(because);
  CHECK(*because == "its value at step 1 is 0.4, below 0.5");
}

TEST_CASE("asha lets one in eta go on from each rung, the first ones among them",
          "[early-stopping]") {
  const auto rule = MakeRule("asha", {{"r_min", "1"}, {"eta", "3"}});
  TrialCurves curves;
  // Rungs at 1, 3 and 9.
  CHECK(StoppedAfter(*rule, curves, "first", {5, 5, 5}) == 0);
  CHECK(StoppedAfter(*rule, curves, "worse", {6}) == 1);
  CHECK(StoppedAfter(*rule, curves, "better", {4, 4, 6, 6}) == 0);
  CHECK(StoppedAfter(*rule, curves, "weakens", {3, 4.5, 4.5, 4.5}) == 0);
  CHECK(StoppedAfter(*rule, curves, "second", {4}) == 1);
  // Of six at the first rung two go on; of four at the second one alone.
  CHECK(StoppedAfter(*rule, curves, "sixth", {3.5, 3.5, 3.5}) == 3);
}

TEST_CASE("A rung that was jumped over is judged once, at the highest", "[early-stopping]") {
  const auto rule = MakeRule("asha", {{"r_min", "2"}, {"eta", "2"}});
  TrialCurves curves;
  curves.Add("other", 16, 1);
  curves.Add("jumps", 9, 2);  // over 2 and 4, to 8; "other" had no point there
  CHECK_FALSE(rule->Judge(curves, "jumps"));
  curves.Add("jumps", 15, 2);
  CHECK_FALSE(rule->Judge(curves, "jumps"));
  curves.Add("jumps", 16, 2);
  CHECK(rule->Judge(curves, "jumps"));
}

TEST_CASE("Every rule leaves the best of many alone and gives its reason", "[early-stopping]") {
  const auto& entry = GENERATE(from_range(StoppingRegistry().begin(), StoppingRegistry().end()));
  CAPTURE(entry.name);
  const auto rule = MakeRule(entry.name, NeededSettings(entry.name));
  TrialCurves curves;
  int stopped = 0;
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<double> losses;
    for (int step = 1; step <= 30; ++step) {
      // All of them fall; how far, and whether they diverge late, differs.
      losses.push_back((trial % 10 + 1) * (1.0 + 1.0 / step) +
                       (trial % 10 > 7 && step > 9 ? 200 : 0));
    }
    const int after = StoppedAfter(*rule, curves, std::to_string(trial), losses);
    if (trial % 10 == 0) CHECK(after == 0);
    if (after > 0) {
      const auto because = rule->Judge(curves, std::to_string(trial));
      REQUIRE(because);
      CHECK(because->starts_with(entry.name == "asha" ? "at step" : "its "));
    }
    stopped += after > 0;
  }
  CHECK(stopped > 0);
}

TEST_CASE("An experiment without early stopping has no rule", "[early-stopping]") {
  ExperimentSpec spec;
  const auto made = CreateEarlyStopping(spec);
  REQUIRE(made.ok());
  CHECK_FALSE(made->has_value());
}

TEST_CASE("What is wrong with early stopping is told", "[early-stopping]") {
  struct Case {
    std::string rule;
    std::vector<Setting> settings;
    int index;
    std::string message;
  };
  const auto& one = GENERATE(values<Case>({
      {"medianstopp", {}, -1, "unknown early stopping rule medianstopp (did you mean"},
      {"medianstop", {{"start_step", "0"}}, 0, "start_step should be a whole number >= 1"},
      {"medianstop", {{"start_step", "2"}, {"steps", "1"}}, 1, "unknown setting steps"},
      {"percentile", {{"percentile", "100"}}, 0, "percentile should be a number > 0 and < 100"},
      {"threshold", {}, -1, "threshold needs the setting lower, the setting upper, or both"},
      {"threshold", {{"lower", "2"}, {"upper", "1"}}, -1, "lower should be below upper"},
      {"patience", {{"metric", "los"}}, 0, "metric should be an objective (did you mean"},
  }));
  CAPTURE(one.rule, one.message);
  const auto faults = CheckEarlyStopping(StoppingSpec(one.rule, one.settings));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].index == one.index);
  CHECK(faults[0].part == AlgorithmCatalog::Part::kEarlyStopping);
  CHECK_THAT(faults[0].message, Catch::StartsWith(one.message));
}

TEST_CASE("Any of several objectives can be watched, in its own direction", "[early-stopping]") {
  auto spec = StoppingSpec("patience", {{"metric", "accuracy"}});
  spec.objective.additional_objectives.push_back(
      {.metric_name = "accuracy", .type = ObjectiveType::kMaximize});
  const auto made = *CreateEarlyStopping(spec);
  CHECK(made->metric == "accuracy");
  CHECK(made->maximize);
}

}  // namespace qalam
