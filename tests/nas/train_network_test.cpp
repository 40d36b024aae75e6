#include "nas/training/train_network.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>

#include "nas/architecture/cell_code.h"
#include "nas/networks/cell_network.h"
#include "tests/support/temporary_directory.h"

namespace qalam::nas {
namespace {

// Two classes that the brighter half of an image tells apart.
DataSet HalvesData(int64_t count) {
  torch::manual_seed(7);
  const auto make = [](int64_t images) {
    ImageSet set{torch::randint(0, 100, {images, 1, 8, 8}, torch::kByte),
                 torch::randint(0, 2, {images}, torch::kLong), 2};
    for (int64_t i = 0; i < images; ++i) {
      const int64_t first = set.labels[i].item<int64_t>() * 4;
      set.images[i].slice(2, first, first + 4) += 60;
    }
    return set;
  };
  return {"halves", make(count), make(100)};
}

std::shared_ptr<ImageNetwork> SmallNetwork() {
  torch::manual_seed(5);
  auto network = MakeCellNetwork(RandomGenotype(DartsSpace(), 1, 0), {1, 2, 2, 4, 1}, true);
  REQUIRE(network.ok());
  return *network;
}

TrainingPlan SmallPlan() {
  TrainingPlan plan;
  plan.settings.epochs = 3;
  plan.settings.batch_size = 16;
  plan.settings.drop_path = 0.2;
  plan.settings.auxiliary_weight = 0.4;
  plan.settings.label_smoothing = 0.1;
  plan.settings.augmentation.crop_padding = 1;
  plan.network = {{"name", "small"}};
  return plan;
}

bool SameWeights(const torch::nn::Module& one, const torch::nn::Module& other) {
  const auto a = one.parameters(), b = other.parameters();
  for (size_t i = 0; i < a.size(); ++i) {
    if (!torch::equal(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

TEST_CASE("training learns what tells the classes apart", "[nas]") {
  const auto network = SmallNetwork();
  std::vector<double> losses;
  TrainingPlan plan = SmallPlan();
  plan.settings.epochs = 5;
  plan.on_epoch = [&](const TrainingReport& report) { losses.push_back(report.training_loss); };
  const auto report = TrainNetwork(*network, HalvesData(200), plan);
  REQUIRE(report.ok());
  CHECK(report->epoch == 5);
  CHECK(report->validation_accuracy > 0.9);
  CHECK(losses.size() == 5);
  CHECK(losses.back() < losses.front());
}

TEST_CASE("an interrupted training ends where an unbroken one does", "[nas]") {
  // Stopped at every step at which a state is kept, by an error of its own.
  const DataSet data = HalvesData(64);
  const auto whole = SmallNetwork();
  const auto expected = TrainNetwork(*whole, data, SmallPlan());
  REQUIRE(expected.ok());

  const TemporaryDirectory folder;
  struct Stop {};
  const auto stop_at = GENERATE(as<int64_t>{}, 1, 4, 6);
  TrainingPlan plan = SmallPlan();
  plan.checkpoint = folder.path();
  plan.checkpoint_steps = 1;
  plan.report_every = 1;
  plan.on_step = [&](int64_t step, double) {
    if (step == stop_at + 1) throw Stop();
  };
  CHECK_THROWS_AS(TrainNetwork(*SmallNetwork(), data, plan), Stop);
  int64_t steps = 0;
  plan.on_step = [&](int64_t, double) { ++steps; };
  const auto resumed = SmallNetwork();
  const auto report = TrainNetwork(*resumed, data, plan);
  REQUIRE(report.ok());
  CHECK(steps == 12 - stop_at);
  CHECK(SameWeights(*whole, *resumed));
  CHECK(report->training_loss == expected->training_loss);
  CHECK(report->validation_accuracy == expected->validation_accuracy);

  // Asked again, there is nothing left to do.
  const auto again = SmallNetwork();
  steps = 0;
  CHECK(TrainNetwork(*again, data, plan)->training_loss == expected->training_loss);
  CHECK(steps == 0);
  const auto loaded = SmallNetwork();
  CHECK(LoadTrainedWeights(*loaded, folder.path(), plan.network).ok());
  CHECK(SameWeights(*whole, *loaded));
}

TEST_CASE("a checkpoint of another training, or a damaged one, is refused", "[nas]") {
  const DataSet data = HalvesData(32);
  const TemporaryDirectory folder;
  TrainingPlan plan = SmallPlan();
  plan.checkpoint = folder.path();
  plan.settings.epochs = 1;
  REQUIRE(TrainNetwork(*SmallNetwork(), data, plan).ok());
  SECTION("of other settings") {
    plan.settings.learning_rate *= 2;
    const auto report = TrainNetwork(*SmallNetwork(), data, plan);
    CHECK(report.status().code() == StatusCode::kInvalidArgument);
    CHECK(Message(report.status()).find("learningRate") != std::string::npos);
  }
  SECTION("of other data") {
    DataSet other = data;
    other.hash = 1;
    CHECK(Message(TrainNetwork(*SmallNetwork(), other, plan).status()).find("its data is") !=
          std::string::npos);
  }
  SECTION("of another architecture") {
    plan.network = {{"name", "large"}};
    CHECK_FALSE(TrainNetwork(*SmallNetwork(), data, plan).ok());
    CHECK_FALSE(LoadTrainedWeights(*SmallNetwork(), folder.path(), plan.network).ok());
  }
  SECTION("truncated") {
    const std::string path = std::filesystem::directory_iterator(folder.path())->path().string();
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    CHECK(TrainNetwork(*SmallNetwork(), data, plan).status().code() == StatusCode::kDataLoss);
  }
  SECTION("missing, where weights are asked for") {
    CHECK(LoadTrainedWeights(*SmallNetwork(), folder.File("none"), plan.network).code() ==
          StatusCode::kNotFound);
  }
}

TEST_CASE("settings out of range and a loss that explodes are told of in a sentence", "[nas]") {
  DataSet data = HalvesData(32);
  TrainingPlan plan = SmallPlan();
  plan.settings.drop_path = 1;
  CHECK(Message(TrainNetwork(*SmallNetwork(), data, plan).status()) ==
        "the chance to drop a path should be 0 to 0.9, not 1");
  const auto network = SmallNetwork();
  {
    const torch::NoGradGuard no_gradients;
    network->parameters().back().fill_(std::numeric_limits<float>::infinity());
  }
  const auto report = TrainNetwork(*network, data, SmallPlan());
  CHECK(report.status().code() == StatusCode::kOutOfRange);
  CHECK(Message(report.status()).find("step 0") != std::string::npos);
}

}  // namespace
}  // namespace qalam::nas
