#include <catch2/catch.hpp>
#include <cmath>

#include "base/files.h"
#include "examples/digits/digits_data.h"
#include "examples/digits/perceptron.h"
#include "tests/support/temporary_directory.h"

namespace qalam::digits {

namespace {
const std::string kDataPath = std::string(QALAM_SOURCE) + "/examples/digits/data/digits.csv";
}

TEST_CASE("The digits are read whole and split by seed", "[digits]") {
  const auto data = LoadDigits(kDataPath, 1);
  REQUIRE(data.ok());
  CHECK(data->training.pixels.cols() == 1437);
  CHECK(data->validation.pixels.cols() == 360);
  CHECK(data->training.pixels.maxCoeff() == 1);
  CHECK(data->training.pixels.minCoeff() == 0);
  const auto same = LoadDigits(kDataPath, 1);
  const auto other = LoadDigits(kDataPath, 2);
  CHECK(data->training.labels == same->training.labels);
  CHECK(data->training.labels != other->training.labels);
}

TEST_CASE("A bad digits file is refused with its line", "[digits]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("bad.csv");
  REQUIRE(WriteFileAtomically(path, "1,2,3\n", false).ok());
  const auto data = LoadDigits(path, 1);
  REQUIRE_FALSE(data.ok());
  CHECK(Message(data.status()).find("bad.csv:1: column 3") != std::string::npos);
}

TEST_CASE("The perceptron's gradients match finite differences", "[digits]") {
  const auto activation = GENERATE(Activation::kRelu, Activation::kTanh, Activation::kLogistic);
  CAPTURE(static_cast<int>(activation));
  TrainingOptions options;
  options.hidden_units = 5;
  options.l2 = 0.1;
  options.activation = activation;
  Perceptron network(4, 3, options);
  const Eigen::MatrixXf pixels =
      (Eigen::MatrixXf(4, 3) << 0.1, 0.9, 0.4, 0.3, 0.2, 0.8, 0.7, 0.6, 0.5, 0.25, 0.75, 0.35)
          .finished();
  const std::vector<int> labels = {0, 2, 1};
  Gradients gradients;
  network.Loss(pixels, labels, &gradients);
  // Single precision: the loss is right to 1e-7, so this step leaves an error of about 1e-4. A
  // longer one would cross a kink of relu.
  constexpr float kStep = 1e-3F;
  const auto check = [&](float& parameter, float gradient) {
    const float before = parameter;
    parameter = before + kStep;
    const double above = network.Loss(pixels, labels, nullptr);
    parameter = before - kStep;
    const double below = network.Loss(pixels, labels, nullptr);
    parameter = before;
    CHECK(gradient == Approx((above - below) / (2 * kStep)).margin(2e-3));
  };
  for (const int i : {0, 7, 13}) {
    check(network.parameters().hidden_weights.data()[i], gradients.hidden_weights.data()[i]);
    check(network.parameters().output_weights.data()[i], gradients.output_weights.data()[i]);
  }
  check(network.parameters().hidden_biases(2), gradients.hidden_biases(2));
  check(network.parameters().output_biases(1), gradients.output_biases(1));
}

TEST_CASE("Training learns the digits and is reproducible", "[digits]") {
  const auto data = LoadDigits(kDataPath, 0);
  REQUIRE(data.ok());
  const auto train = [&] {
    Perceptron network(64, 10, TrainingOptions{});
    for (int epoch = 1; epoch <= 10; ++epoch) network.TrainEpoch(data->training, epoch);
    return network.Accuracy(data->validation);
  };
  const double accuracy = train();
  // A linear classifier reaches about 0.93 on this split.
  CHECK(accuracy > 0.93);
  CHECK(accuracy == train());
}

}  // namespace qalam::digits
