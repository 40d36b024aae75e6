#include "controller/tell.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace qalam {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr auto kGood = TrialState::kSucceeded;
const Time kNow = absl::FromUnixSeconds(1000);

ExperimentSpec Spec() {
  ExperimentSpec spec;
  spec.objective.metric_name = "accuracy";
  spec.objective.type = ObjectiveType::kMaximize;
  spec.trial_runner = TrialRunner::kClient;
  return spec;
}

TrialRecord Reported(std::vector<double> values) {
  TrialRecord trial;
  trial.state = TrialState::kRunning;
  trial.started = absl::FromUnixSeconds(900);
  if (values.empty()) return trial;
  MetricSummary summary{.name = "accuracy", .min = values[0], .max = values[0]};
  for (const double value : values) {
    summary.min = std::fmin(summary.min, value);
    summary.max = std::fmax(summary.max, value);
    summary.latest = value;
    ++summary.count;
  }
  trial.metrics = {summary};
  return trial;
}

TellCall Values(std::vector<double> values, TrialState state = kGood) {
  return {.state = state, .objective_values = std::move(values)};
}

TellCall Points(const std::string& metric, std::vector<double> values) {
  TellCall call;
  for (const double value : values) call.points.push_back({.metric = metric, .value = value});
  return call;
}

}  // namespace

TEST_CASE("An objective value that is told counts, whatever was reported", "[tell]") {
  const auto ended = EndedTrial(Spec(), Reported({0.9, 0.2}), Values({0.5}), kNow);
  REQUIRE(ended.ok());
  CHECK(ended->state == kGood);
  CHECK(ended->objective_value == 0.5);
  CHECK(ended->completed == kNow);
  CHECK(ended->started == absl::FromUnixSeconds(900));
  CHECK_FALSE(NeedsReportedMetrics(Spec(), Values({0.5})));
  const auto points = ToldPoints(Spec(), Values({0.5}), kNow);
  REQUIRE(points.size() == 1);
  CHECK(points[0].metric == "accuracy");
  CHECK(points[0].value == 0.5);
}

TEST_CASE("Without one, reports and told metrics are taken by their strategy", "[tell]") {
  const TellCall call = Points("accuracy", {0.7, 0.6});
  CHECK(NeedsReportedMetrics(Spec(), call));
  CHECK(EndedTrial(Spec(), Reported({0.1}), call, kNow)->objective_value == 0.7);
  CHECK(EndedTrial(Spec(), Reported({0.9}), call, kNow)->objective_value == 0.9);
  CHECK(EndedTrial(Spec(), Reported({0.9}), TellCall{}, kNow)->objective_value == 0.9);
  CHECK(EndedTrial(Spec(), Reported({}), call, kNow)->objective_value == 0.7);
}

TEST_CASE("A good end without an objective is refused, one that is not a number is not", "[tell]") {
  const auto missing = EndedTrial(Spec(), Reported({}), Points("loss", {1}), kNow);
  CHECK(missing.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(missing.status()) ==
        "the trial ended without reporting accuracy; it reported loss; tell its objective values");
  CHECK(EndedTrial(Spec(), Reported({}), Values({1, 2}), kNow).status().code() ==
        StatusCode::kInvalidArgument);
  const auto diverged = EndedTrial(Spec(), Reported({}), Values({kNaN}), kNow);
  REQUIRE(diverged.ok());
  CHECK(diverged->state == TrialState::kMetricsUnavailable);
  CHECK(diverged->reason == "ObjectiveNotANumber");
  CHECK_FALSE(diverged->objective_value);
}

TEST_CASE("What was given up has the objective that it came to, if any", "[tell]") {
  const auto stopped = TrialState::kEarlyStopped;
  CHECK(EndedTrial(Spec(), Reported({0.3}), {.state = stopped}, kNow)->objective_value == 0.3);
  CHECK_FALSE(EndedTrial(Spec(), Reported({}), {.state = stopped}, kNow)->objective_value);
  const TellCall failed{.state = TrialState::kFailed, .message = "out of memory"};
  const auto ended = EndedTrial(Spec(), Reported({0.3}), failed, kNow);
  CHECK(ended->state == TrialState::kFailed);
  CHECK(ended->message == "out of memory");
  CHECK_FALSE(ended->objective_value);
}

TEST_CASE("Several objectives and constraints are told in their order", "[tell]") {
  ExperimentSpec spec = Spec();
  spec.objective.additional_objectives = {{"latency", ObjectiveType::kMinimize, {}}};
  spec.constraints = {"latency <= 10"};
  CHECK(NeedsReportedMetrics(spec, Values({0.5, 12})));
  const auto ended = EndedTrial(spec, Reported({}), Values({0.5, 12}), kNow);
  REQUIRE(ended.ok());
  CHECK(ended->objective_value == 0.5);
  CHECK(ended->additional_objective_values == std::vector<double>{12});
  CHECK(ended->violations == std::vector<double>{2});
  CHECK(EndedTrial(spec, Reported({}), Values({0.5}), kNow).status().code() ==
        StatusCode::kInvalidArgument);
}

TEST_CASE("A repeat of an answer is told from a contradiction", "[tell]") {
  const ExperimentSpec spec = Spec();
  const auto good = *EndedTrial(spec, Reported({0.9, 0.2}), Values({0.5}), kNow);
  CHECK(IsSameAnswer(spec, good, Values({0.5})));
  CHECK_FALSE(IsSameAnswer(spec, good, Values({0.6})));
  CHECK_FALSE(IsSameAnswer(spec, good, Values({kNaN})));
  CHECK_FALSE(IsSameAnswer(spec, good, Values({0.5}, TrialState::kFailed)));
  const auto diverged = *EndedTrial(spec, Reported({}), Values({kNaN}), kNow);
  CHECK(IsSameAnswer(spec, diverged, Values({kNaN})));
  CHECK_FALSE(IsSameAnswer(spec, diverged, Values({0.5})));
  auto by_points = *EndedTrial(spec, Reported({}), Points("accuracy", {0.5, 0.4}), kNow);
  by_points.metrics = Reported({0.5, 0.4}).metrics;  // stored with the end
  CHECK(IsSameAnswer(spec, by_points, Points("accuracy", {0.5, 0.4})));
  CHECK_FALSE(IsSameAnswer(spec, by_points, Points("accuracy", {0.7})));
  const TellCall failed{.state = TrialState::kFailed, .message = "first words"};
  const auto bad = *EndedTrial(spec, Reported({0.9}), failed, kNow);
  CHECK(IsSameAnswer(spec, bad, {.state = TrialState::kFailed, .message = "other words"}));
  CHECK_FALSE(IsSameAnswer(spec, bad, {.state = TrialState::kKilled}));
}

}  // namespace qalam
