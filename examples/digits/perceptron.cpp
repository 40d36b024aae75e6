#include "examples/digits/perceptron.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace qalam::digits {

namespace {

Eigen::MatrixXf GlorotMatrix(int rows, int columns, RandomStream& stream) {
  // Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
  // AISTATS 2010, equation 16.
  const double limit = std::sqrt(6.0 / (rows + columns));
  Eigen::MatrixXf matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = static_cast<float>(limit * (2 * stream.Uniform() - 1));
  }
  return matrix;
}

// The activation's slope, written in terms of its value.
Eigen::MatrixXf Slope(Activation activation, const Eigen::MatrixXf& value) {
  switch (activation) {
    case Activation::kRelu:
      return (value.array() > 0).cast<float>();
    case Activation::kTanh:
      return 1 - value.array().square();
    case Activation::kLogistic:
      return value.array() * (1 - value.array());
  }
  return value;
}

}  // namespace

Perceptron::Perceptron(int inputs, int classes, const TrainingOptions& options)
    : options_(options) {
  RandomStream stream(options.seed, 0, "digits.weights");
  parameters_.hidden_weights = GlorotMatrix(options.hidden_units, inputs, stream);
  parameters_.output_weights = GlorotMatrix(classes, options.hidden_units, stream);
  parameters_.hidden_biases = Eigen::VectorXf::Zero(options.hidden_units);
  parameters_.output_biases = Eigen::VectorXf::Zero(classes);
  velocity_.hidden_weights = Eigen::MatrixXf::Zero(options.hidden_units, inputs);
  velocity_.output_weights = Eigen::MatrixXf::Zero(classes, options.hidden_units);
  velocity_.hidden_biases = parameters_.hidden_biases;
  velocity_.output_biases = parameters_.output_biases;
}

Eigen::MatrixXf Perceptron::Hidden(const Eigen::MatrixXf& pixels) const {
  Eigen::MatrixXf input = parameters_.hidden_weights * pixels;
  input.colwise() += parameters_.hidden_biases;
  switch (options_.activation) {
    case Activation::kRelu:
      return input.cwiseMax(0);
    case Activation::kTanh:
      return input.array().tanh();
    case Activation::kLogistic:
      return 1 / (1 + (-input.array()).exp());
  }
  return input;
}

Eigen::MatrixXf Perceptron::Scores(const Eigen::MatrixXf& hidden) const {
  Eigen::MatrixXf scores = parameters_.output_weights * hidden;
  scores.colwise() += parameters_.output_biases;
  return scores;
}

double Perceptron::Loss(const Eigen::MatrixXf& pixels, const std::vector<int>& labels,
                        Gradients* gradients) const {
  const auto count = static_cast<float>(pixels.cols());
  const Eigen::MatrixXf hidden = Hidden(pixels);
  Eigen::MatrixXf scores = Scores(hidden);
  // Softmax with the largest score taken out, so that exp cannot overflow.
  scores.rowwise() -= scores.colwise().maxCoeff().eval();
  Eigen::MatrixXf error = scores.array().exp();
  const Eigen::RowVectorXf totals = error.colwise().sum();
  double loss = 0;
  for (Eigen::Index i = 0; i < pixels.cols(); ++i) {
    loss += std::log(totals(i)) - scores(labels[i], i);
    error.col(i) /= totals(i);
    error(labels[i], i) -= 1;
  }
  const auto l2 = static_cast<float>(options_.l2);
  if (gradients != nullptr) {
    error /= count;
    gradients->output_weights = error * hidden.transpose() + l2 * parameters_.output_weights;
    gradients->output_biases = error.rowwise().sum();
    const Eigen::MatrixXf back = (parameters_.output_weights.transpose() * error)
                                     .cwiseProduct(Slope(options_.activation, hidden));
    gradients->hidden_weights = back * pixels.transpose() + l2 * parameters_.hidden_weights;
    gradients->hidden_biases = back.rowwise().sum();
  }
  return loss / count +
         l2 / 2 *
             (parameters_.hidden_weights.squaredNorm() + parameters_.output_weights.squaredNorm());
}

void Perceptron::Step(const Gradients& gradients) {
  const auto rate = static_cast<float>(options_.learning_rate);
  const auto momentum = static_cast<float>(options_.momentum);
  const auto update = [&](auto& parameter, auto& velocity, const auto& gradient) {
    velocity = momentum * velocity - rate * gradient;
    parameter += velocity;
  };
  update(parameters_.hidden_weights, velocity_.hidden_weights, gradients.hidden_weights);
  update(parameters_.output_weights, velocity_.output_weights, gradients.output_weights);
  update(parameters_.hidden_biases, velocity_.hidden_biases, gradients.hidden_biases);
  update(parameters_.output_biases, velocity_.output_biases, gradients.output_biases);
}

double Perceptron::TrainEpoch(const LabelledImages& images, int epoch) {
  const auto count = static_cast<int>(images.labels.size());
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  RandomStream stream(options_.seed, epoch, "digits.order");
  for (int i = count - 1; i > 0; --i) std::swap(order[i], order[stream.UniformInt(i + 1)]);

  double total = 0;
  for (int begin = 0; begin < count; begin += options_.batch_size) {
    const int size = std::min(options_.batch_size, count - begin);
    Eigen::MatrixXf pixels(images.pixels.rows(), size);
    std::vector<int> labels(size);
    for (int i = 0; i < size; ++i) {
      pixels.col(i) = images.pixels.col(order[begin + i]);
      labels[i] = images.labels[order[begin + i]];
    }
    Gradients gradients;
    total += size * Loss(pixels, labels, &gradients);
    Step(gradients);
  }
  return total / count;
}

double Perceptron::Accuracy(const LabelledImages& images) const {
  const Eigen::MatrixXf scores = Scores(Hidden(images.pixels));
  int right = 0;
  for (Eigen::Index i = 0; i < scores.cols(); ++i) {
    Eigen::Index likeliest = 0;
    scores.col(i).maxCoeff(&likeliest);
    if (likeliest == images.labels[i]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(scores.cols());
}

}  // namespace qalam::digits
