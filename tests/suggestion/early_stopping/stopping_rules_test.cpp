// What each rule stops, and one suite over every registered one.

#include <catch2/catch.hpp>
#include <cctype>
#include <cmath>
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
    if (rule.Judge({&curves, 1}, trial)) return static_cast<int>(i) + 1;
  }
  return 0;
}

// An experiment that suits the rule, with the settings that it needs besides its defaults.
ExperimentSpec SuiteSpec(const StoppingEntry& entry) {
  auto spec = StoppingSpec(entry.name, {});
  if (entry.name == "threshold") spec.early_stopping->settings = {{"upper", "100"}};
  if (entry.watches_all_objectives) {
    spec.objective.additional_objectives.push_back(
        {.metric_name = "size", .type = ObjectiveType::kMinimize});
  }
  return spec;
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
  REQUIRE(made->metrics.front().maximize);
  TrialCurves curves;
  curves.Add("good", 1, -0.9);  // as the caller mirrors an accuracy of 0.9
  curves.Add("bad", 1, -0.4);
  CHECK_FALSE(made->rule->Judge({&curves, 1}, "good"));
  const auto because = made->rule->Judge({&curves, 1}, "bad");
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
  CHECK_FALSE(rule->Judge({&curves, 1}, "jumps"));
  curves.Add("jumps", 15, 2);
  CHECK_FALSE(rule->Judge({&curves, 1}, "jumps"));
  curves.Add("jumps", 16, 2);
  CHECK(rule->Judge({&curves, 1}, "jumps"));
}

TEST_CASE("hyperband judges each bracket by itself, and the last one not at all",
          "[early-stopping]") {
  // Brackets with first rungs at 1, 3 and 9, and one without any below 27.
  const auto rule = MakeRule("hyperband", {{"r_min", "1"}, {"r_max", "27"}, {"eta", "3"}});
  TrialCurves curves;
  std::map<int, int> stopped_at;
  constexpr int kTrials = 3000;
  for (int trial = 0; trial < kTrials; ++trial) {
    // Each is worse than all before it, so that it ends at its bracket's first rung.
    const int after = StoppedAfter(*rule, curves, fmt::format("trial-{}", trial),
                                   std::vector<double>(27, static_cast<double>(trial)));
    ++stopped_at[after];
  }
  // The first of each bracket goes on, and all of the last one.
  REQUIRE(stopped_at.size() == 4);
  // Shares of 27, 12, 6 and 4 parts; three standard deviations.
  for (const auto& [step, parts] : std::map<int, double>{{1, 27}, {3, 12}, {9, 6}, {0, 4}}) {
    CAPTURE(step);
    const double share = parts / 49;
    CHECK(stopped_at[step] / static_cast<double>(kTrials) ==
          Approx(share).margin(3 * std::sqrt(share * (1 - share) / kTrials)));
  }
}

TEST_CASE("dominated wants others that are better in every objective", "[early-stopping]") {
  auto spec = StoppingSpec("dominated", {{"dominators", "2"}, {"start_step", "2"}});
  spec.objective.additional_objectives.push_back(
      {.metric_name = "size", .type = ObjectiveType::kMinimize});
  const auto made = *CreateEarlyStopping(spec);
  REQUIRE(made->metrics.size() == 2);
  std::vector<TrialCurves> curves(2);
  const auto add = [&](const std::string& trial, int64_t step, double loss, double size) {
    curves[0].Add(trial, step, loss);
    curves[1].Add(trial, step, size);
  };
  for (const int64_t step : {1, 2, 3}) {
    add("small", step, 5, 1);
    add("accurate", step, 1, 5);
    add("middling", step, 3, 3);
  }
  const auto judge = [&](double loss, double size) {
    for (auto& objective : curves) objective.Forget("new");
    add("new", 1, loss, size);
    CHECK_FALSE(made->rule->Judge(curves, "new"));  // too early
    add("new", 2, loss, size);
    return made->rule->Judge(curves, "new").has_value();
  };
  CHECK(judge(6, 6));
  CHECK_FALSE(judge(4, 4));    // one alone is better in both
  CHECK_FALSE(judge(5.5, 1));  // as small as the smallest
  CHECK_FALSE(judge(0.5, 9));
}

TEST_CASE("dominated is refused where there is one objective", "[early-stopping]") {
  const auto faults = CheckEarlyStopping(StoppingSpec("dominated", {}));
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::StartsWith("dominated compares several objectives, and"));
}

TEST_CASE("Every rule leaves the best of many alone and gives its reason", "[early-stopping]") {
  const auto& entry = GENERATE(from_range(StoppingRegistry().begin(), StoppingRegistry().end()));
  CAPTURE(entry.name);
  const auto made = *CreateEarlyStopping(SuiteSpec(entry));
  std::vector<TrialCurves> curves(made->metrics.size());
  int stopped = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const std::string name = std::to_string(trial);
    std::optional<std::string> because;
    for (int step = 1; step <= 30 && !because; ++step) {
      // All of them fall; how far, and whether they diverge late, differs.
      const double loss =
          (trial % 10 + 1) * (1.0 + 1.0 / step) + (trial % 10 > 7 && step > 9 ? 200 : 0);
      for (auto& objective : curves) objective.Add(name, step, loss);
      because = made->rule->Judge(curves, name);
    }
    if (trial % 10 == 0) CHECK_FALSE(because);
    if (!because) continue;
    ++stopped;
    // A clause: it goes on after "it was stopped early, because".
    CHECK(std::islower(static_cast<unsigned char>(because->front())));
    CHECK(because->back() != '.');
    // patience counts points.
    CHECK((because->find("step") == std::string::npos) == (entry.name == "patience"));
  }
  CHECK(stopped > 0);
}

TEST_CASE("A rule's bounds stop what the rule would stop, and nothing else", "[early-stopping]") {
  const auto& entry = GENERATE(from_range(StoppingRegistry().begin(), StoppingRegistry().end()));
  CAPTURE(entry.name);
  const auto made = *CreateEarlyStopping(SuiteSpec(entry));
  std::vector<TrialCurves> curves(made->metrics.size());
  if (!entry.has_bounds) {
    CHECK(made->rule->Bounds(curves).empty());
    return;
  }
  for (int trial = 0; trial < 8; ++trial) {
    for (int step = 1; step <= 6; ++step) {
      curves[0].Add(std::to_string(trial), step, trial + 3.0 / step);
    }
  }
  const auto bounds = made->rule->Bounds(curves);
  REQUIRE_FALSE(bounds.empty());
  for (const auto& bound : bounds) {
    const double beyond = bound.is_upper ? 0.001 : -0.001;
    const auto judge = [&](double loss) {
      auto with_new = curves;
      for (int64_t step = 1; step <= bound.start_step; ++step) {
        with_new[0].Add("new", step, loss);
        const bool is_last = step == bound.start_step;
        const bool is_stopped = made->rule->Judge(with_new, "new").has_value();
        if (!is_last) CHECK_FALSE(is_stopped);
        if (is_last) return is_stopped;
      }
      return false;
    };
    CHECK(judge(bound.loss + beyond));
    CHECK_FALSE(judge(bound.loss));
  }
}

TEST_CASE("The median's bound is the median of the averages", "[early-stopping]") {
  const auto rule = MakeRule("medianstop", {{"min_trials_required", "3"}, {"start_step", "2"}});
  TrialCurves curves;
  for (const auto& [name, losses] : std::map<std::string, std::vector<double>>{
           {"a", {4, 2, 0}}, {"b", {4, 4, 0}}, {"short", {9}}}) {
    for (size_t i = 0; i < losses.size(); ++i) {
      curves.Add(name, static_cast<int64_t>(i) + 1, losses[i]);
    }
  }
  CHECK(rule->Bounds({&curves, 1}).empty());  // two have come as far
  curves.Add("c", 1, 5);
  curves.Add("c", 2, 5);
  const auto bounds = rule->Bounds({&curves, 1});
  REQUIRE(bounds.size() == 1);
  CHECK(bounds[0].loss == 4);
  CHECK(bounds[0].start_step == 2);
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
      {"hyperband", {{"r_max", "2"}}, -1, "r_max should be at least r_min * eta, which is 3"},
      {"patience",
       {{"metric", "los"}},
       0,
       "metric should be an objective, or an additional metric whose strategy is min or max (did "
       "you mean"},
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
  REQUIRE(made->metrics.size() == 1);
  CHECK(made->metrics[0].name == "accuracy");
  CHECK(made->metrics[0].maximize);
}

TEST_CASE("An additional metric is watched in the direction of its strategy", "[early-stopping]") {
  auto spec = StoppingSpec("medianstop", {{"metric", "accuracy"}});
  spec.objective.additional_metric_names = {"accuracy"};
  spec.objective.metric_strategies = {{"loss", MetricStrategyType::kMin},
                                      {"accuracy", MetricStrategyType::kMax}};
  const auto made = *CreateEarlyStopping(spec);
  CHECK(made->metrics[0].name == "accuracy");
  CHECK(made->metrics[0].maximize);
  spec.objective.metric_strategies[1].value = MetricStrategyType::kLatest;
  CHECK(CheckEarlyStopping(spec).size() == 1);
}

}  // namespace qalam
