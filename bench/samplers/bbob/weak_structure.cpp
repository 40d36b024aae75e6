#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

namespace {

// f20: where -z sin(sqrt(100 z)) is least on [0, 5], and how deep it is there, both as the report
// gives them. The optimum's coordinates are half of the place.
constexpr double kSchwefelPlace = 4.2096874633;
constexpr double kSchwefelDepth = 4.189828872724339;

struct Peak {
  double height;
  VectorXd centre;   // rotated
  VectorXd weights;  // the diagonal of C_i
};

// 0..count-1 in random order.
std::vector<int> Shuffled(RandomStream& stream, int count) {
  std::vector<int> order(count);
  for (int i = 0; i < count; ++i) order[i] = i;
  for (int i = count - 1; i > 0; --i) {
    std::swap(order[i], order[stream.UniformInt(static_cast<uint64_t>(i) + 1)]);
  }
  return order;
}

// f21 and f22. The global peak is the first, of height 10; the others reach from 1.1 to 9.1.
Landscape Gallagher(const Instance& instance, int peak_count, double global_conditioning,
                    double global_bound, double local_bound) {
  const Eigen::Index dimension = instance.dimension;
  const VectorXd optimum = instance.Shift(global_bound);
  const MatrixXd rotation = instance.FirstRotation();
  RandomStream stream = instance.Stream("bbob.peaks");
  const int local_count = peak_count - 1;
  const std::vector<int> conditioning_order = Shuffled(stream, local_count);
  std::vector<Peak> peaks;
  for (int i = 0; i < peak_count; ++i) {
    const VectorXd centre = i == 0 ? optimum : RandomVector(stream, dimension, local_bound);
    const double height = i == 0 ? 10 : 1.1 + 8.0 * (i - 1) / (peak_count - 2);
    const double conditioning =
        i == 0 ? global_conditioning
               : std::pow(1000, 2.0 * conditioning_order[i - 1] / (local_count - 1));
    const VectorXd diagonal = Conditioning(conditioning, dimension);
    const std::vector<int> order = Shuffled(stream, static_cast<int>(dimension));
    VectorXd weights(dimension);
    for (Eigen::Index j = 0; j < dimension; ++j) {
      weights(j) = diagonal(order[j]) / std::pow(conditioning, 0.25);
    }
    peaks.push_back({height, rotation * centre, weights});
  }
  return {optimum, [=](const VectorXd& x) {
            const VectorXd rotated = rotation * x;
            double highest = 0;
            for (const Peak& peak : peaks) {
              const double distance =
                  (peak.weights.array() * (rotated - peak.centre).array().square()).sum();
              const double exponent = -distance / (2.0 * static_cast<double>(dimension));
              highest = std::max(highest, peak.height * std::exp(exponent));
            }
            const double depth = Oscillate(10 - highest);
            return depth * depth + BoundaryPenalty(x);
          }};
}

}  // namespace

// f20: the best places lie far apart, near the corners of the domain.
Landscape MakeSchwefel(const Instance& instance) {
  const VectorXd signs = instance.Signs();
  const VectorXd scales = Conditioning(10, instance.dimension);
  return {signs * kSchwefelPlace / 2, [=](const VectorXd& x) {
            const VectorXd mirrored = 2 * signs.cwiseProduct(x);
            VectorXd away = mirrored.array() - kSchwefelPlace;
            for (Eigen::Index i = x.size() - 1; i > 0; --i) {
              away(i) += 0.25 * (mirrored(i - 1) - kSchwefelPlace);
            }
            const VectorXd z = 100 * (scales.cwiseProduct(away).array() + kSchwefelPlace);
            const double sum = (z.array() * z.array().abs().sqrt().sin()).sum();
            return kSchwefelDepth - sum / (100 * static_cast<double>(x.size())) +
                   100 * BoundaryPenalty(z / 100);
          }};
}

// f21.
Landscape MakeGallagher101(const Instance& instance) {
  return Gallagher(instance, 101, 1000, 4, 5);
}

// f22. The smaller bounds are the report's.
Landscape MakeGallagher21(const Instance& instance) {
  return Gallagher(instance, 21, 1e6, 3.92, 4.9);
}

// f23: continuous, rugged at every scale, differentiable nowhere.
Landscape MakeKatsuura(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd transform = instance.SecondRotation() *
                             Conditioning(100, instance.dimension).asDiagonal() *
                             instance.FirstRotation();
  const auto dimension = static_cast<double>(instance.dimension);
  const double power = 10 / std::pow(dimension, 1.2);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = transform * (x - optimum);
            double product = 1;
            for (Eigen::Index i = 0; i < z.size(); ++i) {
              double total = 0;
              double scale = 1;
              for (int j = 1; j <= 32; ++j) {
                scale *= 2;
                total += std::abs(scale * z(i) - std::round(scale * z(i))) / scale;
              }
              product *= std::pow(1 + static_cast<double>(i + 1) * total, power);
            }
            return 10 / (dimension * dimension) * (product - 1) + BoundaryPenalty(x);
          }};
}

// f24: two funnels, the wider of which misleads.
Landscape MakeLunacekBiRastrigin(const Instance& instance) {
  constexpr double kGood = 2.5;  // mu_0, the centre of the funnel that holds the optimum
  const auto dimension = static_cast<double>(instance.dimension);
  const double slope = 1 - 1 / (2 * std::sqrt(dimension + 20) - 8.2);
  const double misleading = -std::sqrt((kGood * kGood - 1) / slope);
  const VectorXd signs = instance.Signs();
  const MatrixXd transform = instance.SecondRotation() *
                             Conditioning(100, instance.dimension).asDiagonal() *
                             instance.FirstRotation();
  return {signs * kGood / 2, [=](const VectorXd& x) {
            const VectorXd mirrored = 2 * signs.cwiseProduct(x);
            const VectorXd z = transform * (mirrored.array() - kGood).matrix();
            const double good = (mirrored.array() - kGood).square().sum();
            const double bad = dimension + slope * (mirrored.array() - misleading).square().sum();
            const double waves = (1 - (2 * std::numbers::pi * z.array()).cos()).sum();
            return std::min(good, bad) + 10 * waves + 1e4 * BoundaryPenalty(x);
          }};
}

}  // namespace qalam::bbob
