// The ENAS controller: its probabilities, its derivative, its learning and its kept state.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "nas/architecture/architecture_controller.h"

namespace qalam::nas {

namespace {

using Decisions = std::vector<ControllerDecision>;

ArchitectureController Make(const Decisions& decisions, const ControllerOptions& options,
                            uint64_t seed = 1) {
  auto controller =
      ArchitectureController::Create(decisions, options, RandomStream(seed, 0, "test.weights"));
  REQUIRE(controller.ok());
  return *std::move(controller);
}

// Two layers' choices, skips with one and with two anchors, a choice of another vocabulary.
Decisions Mixed() {
  Decisions decisions = ChainDecisions(3, 3);
  decisions.push_back({ControllerDecision::Kind::kChoice, 2, 1});
  return decisions;
}

// Far from where it begins, so that no derivative is near 0 by chance.
void Shake(ArchitectureController& controller) {
  Eigen::VectorXd weights = controller.weights();
  RandomStream stream(5, 0, "test.shake");
  for (auto& weight : weights) weight += 0.5 * stream.Normal();
  controller.set_weights(weights);
}

std::vector<std::vector<int>> AllOf(const Decisions& decisions) {
  std::vector<std::vector<int>> all = {{}};
  const auto counts = ActionCounts(decisions);
  for (size_t i = 0; i < decisions.size(); ++i) {
    const bool choice = decisions[i].kind == ControllerDecision::Kind::kChoice;
    for (int j = 0; j < counts[i]; ++j) {
      std::vector<std::vector<int>> longer;
      for (const auto& actions : all) {
        for (int action = 0; action < (choice ? decisions[i].options : 2); ++action) {
          longer.push_back(actions);
          longer.back().push_back(action);
        }
      }
      all = std::move(longer);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("The probabilities of all architectures sum to one", "[controller]") {
  const Decisions decisions = Mixed();
  auto controller = Make(decisions, {.hidden_size = 6});
  Shake(controller);
  double sum = 0;
  const auto all = AllOf(decisions);
  REQUIRE(all.size() == 27 * 8 * 2);
  for (const auto& actions : all) {
    REQUIRE(controller.IsArchitecture(actions));
    sum += std::exp(controller.LogProbability(actions));
  }
  CHECK(sum == Approx(1).epsilon(1e-12));
  CHECK_FALSE(controller.IsArchitecture(std::vector<int>{0, 0}));
  std::vector<int> beyond = all[0];
  beyond[2] = 2;  // a skip
  CHECK_FALSE(controller.IsArchitecture(beyond));
}

TEST_CASE("Architectures are drawn with their probabilities", "[controller]") {
  const Decisions decisions = ChainDecisions(2, 3);
  auto controller = Make(decisions, {.hidden_size = 4, .logits = {1.0, 2.0}});
  Shake(controller);
  std::map<std::vector<int>, int> counts;
  constexpr int kDraws = 20000;
  RandomStream stream(2, 0, "test.draws");
  for (int i = 0; i < kDraws; ++i) ++counts[controller.Sample(stream)];
  double chi_square = 0;
  const auto all = AllOf(decisions);
  for (const auto& actions : all) {
    const double expected = kDraws * std::exp(controller.LogProbability(actions));
    chi_square += std::pow(counts[actions] - expected, 2) / expected;
  }
  REQUIRE(all.size() == 18);
  CHECK(chi_square < 40.8);  // 17 degrees of freedom, 999 of 1,000
}

TEST_CASE("Duller logits draw more evenly", "[controller]") {
  auto controller = Make(ChoiceDecisions({4, 4}), {.hidden_size = 4, .logits = {{}, {}}});
  Eigen::VectorXd weights = controller.weights() * 30;
  controller.set_weights(weights);
  const auto distinct = [&](double sharpness) {
    std::map<std::vector<int>, int> counts;
    for (int i = 0; i < 200; ++i) {
      RandomStream stream(3, i, "test.sharpness");
      ++counts[controller.Sample(stream, sharpness)];
    }
    return counts.size();
  };
  CHECK(distinct(0) == 16);
  CHECK(distinct(1) < 16);
}

TEST_CASE("The loss is the sum of its published terms", "[controller]") {
  // Without any weight, choices are even and skips are taken half of the time.
  ControllerOptions options{
      .hidden_size = 3, .entropy_weight = 0.5, .skip_target = 0.4, .skip_weight = 0.8};
  auto controller = Make(ChainDecisions(3, 4), options);
  controller.set_weights(Eigen::VectorXd::Zero(controller.weights().size()));
  const TriedArchitecture tried{{0, 1, 1, 2, 0, 1}, 1.5};
  const double entropy = 3 * std::log(4) + 3 * std::log(2);
  CHECK(controller.LogProbability(tried.actions) == Approx(-entropy));
  CHECK(controller.Entropy(tried.actions) == Approx(entropy));
  // One anchor in the second layer, two in the third: 1.5 a layer.
  const double divergence = 1.5 * (0.5 * std::log(0.5 / 0.4) + 0.5 * std::log(0.5 / 0.6));
  CHECK(controller.Loss({&tried, 1}) == Approx(1.5 * entropy - 0.5 * entropy + 0.8 * divergence));
}

TEST_CASE("The derivative agrees with finite differences", "[controller]") {
  const LogitShape shape =
      GENERATE(LogitShape{5.0, 2.25}, LogitShape{{}, {}}, LogitShape{0.5, {}}, LogitShape{{}, 1.5});
  const Decisions decisions = GENERATE(Mixed(), ChoiceDecisions({2, 5, 3}));
  auto controller = Make(decisions, {.hidden_size = 5, .logits = shape, .entropy_weight = 0.3});
  Shake(controller);
  std::vector<TriedArchitecture> batch;
  for (int i = 0; i < 4; ++i) {
    RandomStream stream(9, i, "test.batch");
    batch.push_back({controller.Sample(stream), 1.0 - 0.7 * i});
  }
  Eigen::VectorXd gradient;
  controller.Loss(batch, &gradient);
  const Eigen::VectorXd weights = controller.weights();
  REQUIRE(gradient.size() == weights.size());
  CHECK((gradient.array() != 0).count() > weights.size() / 2);
  constexpr double kStep = 1e-5;
  for (Eigen::Index i = 0; i < weights.size(); ++i) {
    Eigen::VectorXd moved = weights;
    moved(i) += kStep;
    controller.set_weights(moved);
    const double above = controller.Loss(batch);
    moved(i) -= 2 * kStep;
    controller.set_weights(moved);
    const double difference = (above - controller.Loss(batch)) / (2 * kStep);
    CAPTURE(i);
    CHECK(gradient(i) == Approx(difference).epsilon(1e-5).margin(1e-8));
  }
}

TEST_CASE("Adam's first steps are of the learning rate", "[controller]") {
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(2);
  AdamState state = NewAdamState(2);
  StepAdam(0.1, Eigen::Vector2d(3, -1e-3), state, weights);
  CHECK(weights(0) == Approx(-0.1));
  CHECK(weights(1) == Approx(0.1).epsilon(1e-4));
  StepAdam(0.1, Eigen::Vector2d(3, -1e-3), state, weights);
  CHECK(weights(0) == Approx(-0.2));
  CHECK(state.steps == 2);
}

TEST_CASE("Reinforcement finds the planted architecture", "[controller]") {
  const Decisions decisions = ChainDecisions(3, 4);
  ControllerOptions options{.hidden_size = 16, .learning_rate = 0.01, .skip_weight = {}};
  auto controller = Make(decisions, options);
  const std::vector<int> planted = {2, 0, 1, 3, 0, 1};
  const auto reward = [&](const std::vector<int>& actions) {
    int same = 0;
    for (size_t i = 0; i < actions.size(); ++i) same += actions[i] == planted[i];
    return static_cast<double>(same);
  };
  const double before = controller.LogProbability(planted);
  double baseline = 0;
  for (int step = 0; step < 150; ++step) {
    std::vector<TriedArchitecture> batch;
    double mean = 0;
    for (int i = 0; i < 8; ++i) {
      RandomStream stream(4, 8 * step + i, "test.search");
      auto actions = controller.Sample(stream);
      mean += reward(actions) / 8;
      batch.push_back({std::move(actions)});
    }
    baseline = step == 0 ? mean : 0.9 * baseline + 0.1 * mean;
    for (auto& tried : batch) tried.advantage = reward(tried.actions) - baseline;
    controller.ReinforceStep(batch);
  }
  CHECK(before < std::log(0.01));
  CHECK(controller.LogProbability(planted) > std::log(0.3));
}

TEST_CASE("The penalty draws skips to their target", "[controller]") {
  const double target = GENERATE(0.1, 0.8);
  ControllerOptions options{
      .hidden_size = 8, .learning_rate = 0.02, .skip_target = target, .skip_weight = 1};
  auto controller = Make(ChainDecisions(5, 2), options);
  for (int step = 0; step < 200; ++step) {
    RandomStream stream(6, step, "test.skips");
    const TriedArchitecture tried{controller.Sample(stream), 0};
    controller.ReinforceStep({&tried, 1});
  }
  int skips = 0;
  constexpr int kDraws = 300;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(7, i, "test.skips");
    const auto actions = controller.Sample(stream);
    for (const size_t place : {2, 4, 5, 7, 8, 9, 11, 12, 13, 14}) skips += actions[place];
  }
  CHECK(skips / (10.0 * kDraws) == Approx(target).margin(0.08));
}

TEST_CASE("A restored controller goes on as if it had never stopped", "[controller]") {
  const Decisions decisions = ChainDecisions(3, 4);
  const ControllerOptions options{.hidden_size = 8, .learning_rate = 0.01};
  auto unbroken = Make(decisions, options);
  const TriedArchitecture tried{{0, 1, 1, 2, 0, 1}, 1};
  for (int i = 0; i < 5; ++i) unbroken.ReinforceStep({&tried, 1});
  const std::string bytes = unbroken.Save();
  auto restored = Make(decisions, options, 2);
  CHECK(restored.weights() != unbroken.weights());
  REQUIRE(restored.Load(bytes).ok());
  CHECK(restored.steps() == 5);
  unbroken.ReinforceStep({&tried, 1});
  restored.ReinforceStep({&tried, 1});
  CHECK(restored.weights() == unbroken.weights());

  const auto refusal = [&](const Decisions& other, int hidden_size, const std::string& given) {
    auto controller = Make(other, {.hidden_size = hidden_size});
    const Eigen::VectorXd before = controller.weights();
    const Status status = controller.Load(given);
    CHECK(controller.weights() == before);
    return Message(status);
  };
  CHECK_THAT(refusal(ChainDecisions(3, 5), 8, bytes), Catch::Contains("another search space"));
  CHECK_THAT(refusal(ChainDecisions(4, 4), 8, bytes), Catch::Contains("another search space"));
  CHECK_THAT(refusal(decisions, 9, bytes), Catch::Contains("hidden size 8, not 9"));
  CHECK_THAT(refusal(decisions, 8, ""), Catch::Contains("cut short"));
  CHECK_THAT(refusal(decisions, 8, bytes.substr(0, bytes.size() - 1)),
             Catch::Contains("cut short"));
  CHECK_THAT(refusal(decisions, 8, bytes + "x"), Catch::Contains("cut short"));
  CHECK_THAT(refusal(decisions, 8, std::string(200, 'x')), Catch::Contains("not a controller"));
  std::string damaged = bytes;
  damaged[damaged.size() / 2] ^= 1;
  CHECK_THAT(refusal(decisions, 8, damaged), Catch::Contains("damaged"));
  std::string newer = bytes;
  newer[8] = 9;
  CHECK_THAT(refusal(decisions, 8, newer), Catch::Contains("version 9"));
}

TEST_CASE("Unsound decisions are refused by a sentence", "[controller]") {
  const auto refusal = [](const Decisions& decisions, int hidden_size) {
    const auto made = ArchitectureController::Create(decisions, {.hidden_size = hidden_size},
                                                     RandomStream(1, 0, "test"));
    CHECK(made.status().code() == StatusCode::kInvalidArgument);
    return Message(made.status());
  };
  using Kind = ControllerDecision::Kind;
  CHECK_THAT(refusal({}, 4), Catch::Contains("nothing to decide"));
  CHECK_THAT(refusal(ChoiceDecisions({0}), 4), Catch::Contains("at least one option"));
  CHECK_THAT(refusal({{Kind::kChoice, 2, 0}, {Kind::kChoice, 3, 0}}, 4),
             Catch::Contains("same number of options"));
  CHECK_THAT(refusal({{Kind::kChoice, 2, 1}}, 4), Catch::Contains("numbered 0, 1"));
  CHECK_THAT(refusal(ChoiceDecisions({2}), 0), Catch::Contains("hidden size"));
}

}  // namespace qalam::nas
