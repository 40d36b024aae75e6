// Fits a multilayer perceptron to the handwritten digits and prints its metrics as it goes.

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "examples/digits/digits_data.h"
#include "examples/digits/perceptron.h"

namespace qalam::digits {
namespace {

constexpr int kPixels = 64;
constexpr int kClasses = 10;

std::string DataBesideProgram() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "digits.csv" : (program.parent_path() / "digits.csv").string();
}

int Main(int argc, char** argv) {
  TrainingOptions options;
  int epochs = 20;
  std::string data_path = DataBesideProgram();
  const std::map<std::string, Activation> activations = {{"relu", Activation::kRelu},
                                                         {"tanh", Activation::kTanh},
                                                         {"logistic", Activation::kLogistic}};
  CLI::App app("Fits a multilayer perceptron to 8x8 handwritten digits.");
  app.footer("Example:\n  digits-train --learning-rate 0.1 --hidden-units 64 --activation tanh");
  app.add_option("--learning-rate", options.learning_rate, "Step size")
      ->check(CLI::Range(1e-12, 1e6));
  app.add_option("--momentum", options.momentum, "Share of the last step kept")
      ->check(CLI::Range(0.0, 0.9999));
  app.add_option("--l2", options.l2, "Weight decay")->check(CLI::NonNegativeNumber);
  app.add_option("--hidden-units", options.hidden_units, "Width of the hidden layer")
      ->check(CLI::Range(1, 4096));
  app.add_option("--batch-size", options.batch_size, "Images a step")->check(CLI::Range(1, 4096));
  app.add_option("--activation", options.activation, "relu, tanh or logistic")
      ->transform(CLI::CheckedTransformer(activations));
  app.add_option("--epochs", epochs, "Passes over the training images")
      ->check(CLI::Range(1, 10000));
  app.add_option("--seed", options.seed, "For the split, the weights and the order");
  app.add_option("--data", data_path, "The CSV file; by default the one beside this program");
  CLI11_PARSE(app, argc, argv);

  const auto data = LoadDigits(data_path, options.seed);
  if (!data.ok()) {
    std::fprintf(stderr, "digits-train: %s\n", Message(data.status()).c_str());
    return 1;
  }
  Perceptron network(kPixels, kClasses, options);
  std::printf("weights=%d\n", (kPixels + 1 + kClasses) * options.hidden_units + kClasses);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double loss = network.TrainEpoch(data->training, epoch);
    std::printf("epoch=%d loss=%.6g validation-accuracy=%.6g\n", epoch, loss,
                network.Accuracy(data->validation));
    // Each line must leave at once: whoever watches the metrics may stop a hopeless run.
    std::fflush(stdout);
    if (!std::isfinite(loss)) {
      std::fprintf(stderr, "digits-train: training diverged in epoch %d\n", epoch);
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace qalam::digits

int main(int argc, char** argv) { return qalam::digits::Main(argc, argv); }
