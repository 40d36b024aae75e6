// What the session adds to every algorithm of the registry: points to try first, a warm start,
// orientation of objectives and outcome constraints.

#include "suggestion/service/sampler_session.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "suggestion/registry.h"
#include "tests/support/resource.h"

namespace qalam {
namespace {

Parameter Whole(const std::string& name, int max) {
  Parameter parameter{.name = name, .type = ParameterType::kInt};
  parameter.feasible_space = {.min = "0", .max = std::to_string(max)};
  return parameter;
}

ExperimentSpec Spec(const std::string& algorithm) {
  ExperimentSpec spec;
  spec.algorithm.name = algorithm;
  spec.parameters = {Whole("a", 20), Whole("b", 20)};
  spec.objective.type = ObjectiveType::kMaximize;
  spec.objective.metric_name = "accuracy";
  // One level: what is left is a search like any other.
  AddResource(spec, "9", "9");
  return spec;
}

// The trial's values of a and b, with the epochs where the algorithm needs them.
std::vector<Assignment> Given(const ExperimentSpec& spec, std::vector<Assignment> values) {
  if (FindAlgorithm(spec.algorithm.name)->capabilities.fidelity) values.push_back({"epochs", "9"});
  return values;
}

std::string AnyAlgorithm() { return GENERATE(from_range(ChoosingAlgorithms())); }

std::unique_ptr<SamplerSession> Make(const ExperimentSpec& spec) {
  auto session = SamplerSession::Create(spec, 5);
  INFO(Message(session.status()));
  REQUIRE(session.ok());
  return *std::move(session);
}

SamplerSession::Result Finished(const SamplerSession::Suggestion& suggestion, double objective) {
  SamplerSession::Result result;
  result.number = suggestion.number;
  result.parameters = suggestion.parameters;
  result.labels = suggestion.labels;
  result.objective = objective;
  return result;
}

using Points = std::set<std::vector<std::string>>;
std::vector<std::string> Values(const std::vector<Assignment>& parameters) {
  std::vector<std::string> values;
  for (const auto& parameter : parameters) {
    if (parameter.name != "epochs") values.push_back(parameter.value);
  }
  return values;
}

}  // namespace

TEST_CASE("Initial trials come first, in their order, for every algorithm", "[session]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  ExperimentSpec spec = Spec(algorithm);
  spec.initial_trials = {Given(spec, {{"a", "3"}, {"b", "4"}}),
                         Given(spec, {{"b", "0"}, {"a", "20"}}),
                         Given(spec, {{"a", "7"}, {"b", "7"}})};
  const auto session = Make(spec);
  // One call that crosses the border, and the same points when they are asked for one by one.
  const auto first = *session->Suggest(5, 0, {});
  REQUIRE(first.size() == 5);
  const std::vector<std::vector<std::string>> expected = {{"3", "4"}, {"20", "0"}, {"7", "7"}};
  Points seen;
  for (int i = 0; i < 5; ++i) {
    CHECK(first[i].number == i);
    if (i < 3) CHECK(Values(first[i].parameters) == expected[i]);
    CHECK(seen.insert(Values(first[i].parameters)).second);
  }
  CHECK(Values(session->Suggest(1, 1, {})->front().parameters) == expected[1]);
  // They are learnt from and not proposed again.
  for (const auto& suggestion : first) {
    REQUIRE(
        session->Tell({Finished(suggestion, 0.1 * static_cast<double>(suggestion.number))}).ok());
  }
  const auto next = *session->Suggest(4, 5, {});
  for (const auto& suggestion : next) {
    CHECK(suggestion.number >= 5);
    CHECK(seen.insert(Values(suggestion.parameters)).second);
  }
}

TEST_CASE("A warm start is known and its points are not tried again", "[session]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  ExperimentSpec spec = Spec(algorithm);
  spec.parameters[0] = Whole("a", 4);
  spec.parameters[1] = Whole("b", 1);
  Points known;
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 2; ++b) {
      spec.warm_start.trials.push_back(
          {Given(spec, {{"a", std::to_string(a)}, {"b", std::to_string(b)}}),
           {{"accuracy", a + 0.5 * b}}});
      known.insert({std::to_string(a), std::to_string(b)});
    }
  }
  const auto session = Make(spec);
  for (int i = 0; i < 4; ++i) {
    const auto suggestions = *session->Suggest(1, i, {});
    REQUIRE(suggestions.size() == 1);
    CHECK(known.insert(Values(suggestions[0].parameters)).second);
    REQUIRE(session->Tell({Finished(suggestions[0], 1)}).ok());
  }
  CHECK(known.size() == 10);
}

TEST_CASE("A warm start tells TPE where to look", "[session]") {
  // Twenty results that grow with a: the first proposals are as good as the best of them.
  const auto first_values = [](bool warm) {
    double total = 0;
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      ExperimentSpec spec = Spec("tpe");
      spec.parameters[0] = Whole("a", 1000);
      for (int i = 0; warm && i < 40; ++i) {
        spec.warm_start.trials.push_back(
            {{{"a", std::to_string(25 * i)}, {"b", "3"}}, {{"accuracy", 25.0 * i}}});
      }
      const auto session = *SamplerSession::Create(spec, seed);
      total += std::stod(session->Suggest(1, 0, {})->front().parameters[0].value);
    }
    return total / 10;
  };
  CHECK(first_values(true) > 700);
  // Ten uniform draws have a mean of 500 and a standard deviation of 91.
  CHECK(first_values(false) == Approx(500).margin(4 * 91));
}

TEST_CASE("Given trials that are not of the space are refused", "[session]") {
  ExperimentSpec spec = Spec("random");
  const std::vector<Assignment> outside = {{"a", "21"}, {"b", "0"}};
  const bool initial = GENERATE(true, false);
  if (initial) {
    spec.initial_trials = {outside};
  } else {
    spec.warm_start.trials = {{outside, {{"accuracy", 1}}}};
  }
  const auto session = SamplerSession::Create(spec, 1);
  CHECK(session.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(session.status()) == fmt::format("{} trial 0: parameter a: 21 is outside 0 to 20",
                                                 initial ? "initial" : "warm start"));
}

TEST_CASE("Trials have numbers that can be counted on", "[session]") {
  const auto spec = Spec("random");
  const int64_t number =
      GENERATE(int64_t{-1}, (int64_t{1} << 53) + 1, std::numeric_limits<int64_t>::max());
  const auto session = *SamplerSession::Create(spec, 1);
  const auto point = session->Suggest(1, int64_t{1} << 53, {})->front().parameters;
  CHECK(session->Suggest(1, number, {}).status().code() == StatusCode::kInvalidArgument);
  CHECK(session->Suggest(1, 0, {{number, point}}).status().code() == StatusCode::kInvalidArgument);
  CHECK(session->Tell({{.number = number, .parameters = point, .objective = 1}}).code() ==
        StatusCode::kInvalidArgument);
}

TEST_CASE("An algorithm of one objective refuses several and names those that take them",
          "[session]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Capabilities& capabilities = FindAlgorithm(algorithm)->capabilities;
  ExperimentSpec spec = Spec(algorithm);
  spec.objective.additional_objectives = {{"latency", ObjectiveType::kMinimize, std::nullopt}};
  auto session = SamplerSession::Create(spec, 1);
  CHECK(session.ok() == capabilities.multi_objective);
  if (!session.ok()) {
    CHECK(Message(session.status()).find("takes one objective; auto, random, ") !=
          std::string::npos);
  }
  spec.objective.additional_objectives.clear();
  spec.objective.additional_metric_names = {"latency"};
  spec.constraints = {"latency <= 100"};
  session = SamplerSession::Create(spec, 1);
  CHECK(session.ok() == capabilities.constraints);
  if (!session.ok()) {
    CHECK(Message(session.status()).find("does not take constraints over metrics") !=
          std::string::npos);
  }
}

TEST_CASE("Results with several objectives and violations are learnt, whole or not", "[session]") {
  const std::string algorithm = AnyAlgorithm();
  const Capabilities& capabilities = FindAlgorithm(algorithm)->capabilities;
  if (!capabilities.multi_objective || !capabilities.constraints) return;
  CAPTURE(algorithm);
  ExperimentSpec spec = Spec(algorithm);
  spec.objective.additional_objectives = {{"latency", ObjectiveType::kMinimize, std::nullopt}};
  spec.objective.additional_metric_names = {"size"};
  spec.constraints = {"size <= 100", "a + b <= 30"};
  spec.warm_start.trials = {
      {{{"a", "1"}, {"b", "2"}}, {{"accuracy", 0.5}, {"latency", 3}, {"size", 101}}},
      // Without the size it is not known whether the constraint holds.
      {{{"a", "2"}, {"b", "2"}}, {{"accuracy", 0.5}, {"latency", 3}}}};
  const auto session = Make(spec);
  for (int i = 0; i < 30; ++i) {
    const auto suggestions = session->Suggest(1, i, {});
    INFO(Message(suggestions.status()));
    REQUIRE(suggestions.ok());
    REQUIRE(suggestions->size() == 1);
    SamplerSession::Result result = Finished(suggestions->front(), 0.1 * i);
    if (i % 3 != 0) result.additional_objectives = {1.0 * i};
    if (i % 4 != 0) result.violations = {i - 15.0};
    if (i % 7 == 0) result.state = TrialState::kFailed;
    REQUIRE(session->Tell({result}).ok());
  }
}

}  // namespace qalam
