// A multilayer perceptron with one hidden layer, trained by stochastic gradient descent.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "examples/digits/digits_data.h"

namespace qalam::digits {

enum class Activation { kRelu, kTanh, kLogistic };

struct TrainingOptions {
  double learning_rate = 0.1;  // > 0
  double momentum = 0.9;       // in [0, 1)
  double l2 = 1e-4;            // >= 0; weight decay on weights, not on biases
  int hidden_units = 32;       // >= 1
  int batch_size = 32;         // >= 1
  Activation activation = Activation::kRelu;
  uint64_t seed = 0;
};

struct Gradients {
  Eigen::MatrixXf hidden_weights, output_weights;  // hidden x inputs, classes x hidden
  Eigen::VectorXf hidden_biases, output_biases;
};

class Perceptron {
 public:
  Perceptron(int inputs, int classes, const TrainingOptions& options);

  // One pass over the images in an order of its own for each epoch. Returns the mean of the
  // batches' losses as trained on; NaN or infinite once training has diverged.
  double TrainEpoch(const LabelledImages& images, int epoch);
  // The share of images whose likeliest class is the label, in [0, 1].
  double Accuracy(const LabelledImages& images) const;
  // Mean cross-entropy plus l2/2 times the squared weights, and its gradients when asked for.
  double Loss(const Eigen::MatrixXf& pixels, const std::vector<int>& labels,
              Gradients* gradients) const;

  Gradients& parameters() { return parameters_; }

 private:
  Eigen::MatrixXf Hidden(const Eigen::MatrixXf& pixels) const;
  Eigen::MatrixXf Scores(const Eigen::MatrixXf& hidden) const;
  void Step(const Gradients& gradients);

  TrainingOptions options_;
  Gradients parameters_;  // the same shapes hold weights, gradients and velocities
  Gradients velocity_;
};

}  // namespace qalam::digits
